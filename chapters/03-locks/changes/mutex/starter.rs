// The last ticket, and two who want it. The number is behind a lock, and yet both can get the
// ticket: each takes the lock twice, and lets the other one in between. Take it once.

use std::sync::Mutex;

pub fn buy(tickets: &Mutex<u32>) -> bool {
    let some_left = *tickets.lock().unwrap() > 0;
    if some_left {
        *tickets.lock().unwrap() -= 1;
    }
    some_left
}
