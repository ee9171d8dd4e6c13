use std::thread;

pub fn wait_for_flag() {
    let mut set = false;
    thread::scope(|scope| {
        scope.spawn(|| {
            while !set {
                thread::yield_now();
            }
        });
        set = true;
    });
}
