use change::List;
use std::thread;

/// The reader sees the list from before or from afterwards.
fn nobody_reads_half() {
    let list = List::default();
    thread::scope(|scope| {
        scope.spawn(|| list.write(1));
        let [first, second] = list.read();
        assert_eq!(first, second, "the two numbers that were read");
    });
    assert_eq!(list.read(), [1, 1], "what is in the list at the end");
}
