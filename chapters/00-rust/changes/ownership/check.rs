fn main() {
    let names = vec![String::from("Ada"), String::from("Bob")];
    assert_eq!(change::announce(names), (2, String::from("Ada, Bob")));
    assert_eq!(change::announce(Vec::new()), (0, String::new()), "of nobody");
}
