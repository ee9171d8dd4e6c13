// A length is a `usize`; what changes is `mut`; and who counts does it before the loop takes the words.

pub fn summary(words: Vec<String>) -> String {
    let count: usize = words.len();
    let mut longest = String::new();
    for word in words {
        if word.len() > longest.len() {
            longest = word;
        }
    }
    format!("{count} words, the longest is {longest}")
}
