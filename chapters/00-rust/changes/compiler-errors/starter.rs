// Three mistakes. The compiler reports one first, and the other two when that is mended.
// Read each message from its arrows, and change as little as you can.

pub fn summary(words: Vec<String>) -> String {
    let longest = String::new();
    for word in words {
        if word.len() > longest.len() {
            longest = word;
        }
    }
    let count: u32 = words.len();
    format!("{count} words, the longest is {longest}")
}
