// Who changes what belongs to somebody else borrows it with `&mut`.

pub fn note(scores: &mut Vec<u32>, score: u32) {
    scores.push(score);
}
