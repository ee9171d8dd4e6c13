pub fn two_names() {
    let numbers = vec![1, 2];
    let mut mine = numbers;
    mine.push(3);
    println!("{numbers:?}");
}
