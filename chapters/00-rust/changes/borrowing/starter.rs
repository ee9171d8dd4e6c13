// This function should write a score down, but it has borrowed the list only to look at it.
// Change the type of its first parameter.

pub fn note(scores: &Vec<u32>, score: u32) {
    scores.push(score);
}
