use change::Slot;
use std::thread;

/// One puts two items, and two get one each.
fn two_get_what_one_puts() {
    let slot = Slot::default();
    let got = thread::scope(|scope| {
        let others = [scope.spawn(|| slot.get()), scope.spawn(|| slot.get())];
        slot.put(1);
        slot.put(2);
        others.map(|other| other.join().unwrap())
    });
    assert_eq!(got[0] + got[1], 3, "1 and 2, each once");
}
