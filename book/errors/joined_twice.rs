use std::thread;

pub fn wait() {
    let worker = thread::spawn(|| 42);
    println!("{:?}", worker.join());
    println!("{:?}", worker.join());
}
