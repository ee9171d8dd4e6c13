fn main() {
    let worker = change::shout(String::from("hello"));
    assert_eq!(worker.join().unwrap(), "HELLO");
}
