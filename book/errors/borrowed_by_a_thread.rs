use std::thread;

pub fn greet() {
    let name = String::from("t.1");
    thread::spawn(|| println!("hello from {name}"));
}
