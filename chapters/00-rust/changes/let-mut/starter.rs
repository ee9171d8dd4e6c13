// A function that adds three numbers. The compiler refuses it: change one line.

pub fn total(first: i32, second: i32, third: i32) -> i32 {
    let sum = first;
    sum += second;
    sum += third;
    sum
}
