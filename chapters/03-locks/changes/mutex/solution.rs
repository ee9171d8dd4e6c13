// One guard over the look and the sale: what was seen is still so when the ticket goes.

use std::sync::Mutex;

pub fn buy(tickets: &Mutex<u32>) -> bool {
    let mut left = tickets.lock().unwrap();
    let some_left = *left > 0;
    if some_left {
        *left -= 1;
    }
    some_left
}
