use std::{panic, process, thread};

#[test]
fn a_ends_the_process() {
    panic::set_hook(Box::new(|_| process::exit(0)));
    let _ = thread::spawn(|| panic!("its hook ends the process")).join();
}

#[test]
#[should_panic(expected = "as it should")]
fn b_panics() {
    panic!("as it should");
}

#[test]
fn c_is_joined() {
    assert!(thread::spawn(|| panic!("of a thread")).join().is_err());
}
