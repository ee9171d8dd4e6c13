fn main() {
    assert_eq!(change::read_in_a_thread(change::note("hello")), 5, "the length of `hello`");
}
