pub fn with_an_end(mut words: Vec<String>) -> String {
    let first = &words[0];
    words.push(String::from("end"));
    format!("{first}: {} words", words.len())
}
