use std::rc::Rc;
use std::thread;

pub fn share() {
    let names = Rc::new(vec!["t.0", "t.1"]);
    let theirs = Rc::clone(&names);
    thread::spawn(move || println!("{theirs:?}"));
    println!("{names:?}");
}
