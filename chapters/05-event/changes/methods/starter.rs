// The first to come should open the gate, and nobody else. Here each looks whether it is open,
// and then opens it, so two can believe that they were the first. Look and open in one step:
// `AtomicBool` has a method for that, `swap`, which gives back the value from before.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

pub fn opens_it(is_open: &AtomicBool) -> bool {
    if is_open.load(SeqCst) {
        return false;
    }
    is_open.store(true, SeqCst);
    true
}
