fn main() {
    assert_eq!(change::total(1, 20, 300), 321, "the sum of 1, 20 and 300");
}
