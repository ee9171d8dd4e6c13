use change::Kitchen;
use std::thread;

/// Two orders come, one after the other, and each cook takes one.
fn each_cook_takes_one() {
    let kitchen = Kitchen::default();
    thread::scope(|scope| {
        scope.spawn(|| kitchen.take_one());
        scope.spawn(|| kitchen.take_one());
        kitchen.order();
        kitchen.order();
    });
}
