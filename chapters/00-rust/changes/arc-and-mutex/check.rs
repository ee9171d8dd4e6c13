fn main() {
    assert_eq!(change::count(8), 8, "eight threads have added one each");
    assert_eq!(change::count(0), 0, "no thread has added anything");
}
