fn main() {
    let words = ["a", "bird", "in"].map(String::from).to_vec();
    assert_eq!(change::summary(words), "3 words, the longest is bird");
}
