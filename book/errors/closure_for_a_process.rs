/// What starting a process asks for: a function, not a closure.
fn start(function: fn(String)) {
    function("bob".to_owned());
}

pub fn greet(greeting: &str) {
    start(|name| println!("{greeting} {name}"));
}
