// Being woken promises nothing, so the cook looks again each time.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Kitchen {
    orders: Mutex<u32>,
    changed: Condvar,
}

impl Kitchen {
    pub fn order(&self) {
        *self.orders.lock().unwrap() += 1;
        self.changed.notify_all();
    }

    pub fn take_one(&self) {
        let mut orders = self.orders.lock().unwrap();
        while *orders == 0 {
            orders = self.changed.wait(orders).unwrap();
        }
        *orders -= 1;
    }
}
