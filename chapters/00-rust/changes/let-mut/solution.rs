// What changes is declared with `let mut`.

pub fn total(first: i32, second: i32, third: i32) -> i32 {
    let mut sum = first;
    sum += second;
    sum += third;
    sum
}
