fn main() {
    assert_eq!(change::add("20", "22"), Ok(42));
    assert!(change::add("20", "many").is_err(), "`many` is no number, and yet it says Ok");
    assert!(change::add("", "22").is_err(), "an empty text is no number, and yet it says Ok");
}
