// Two cooks wait for orders. A cook who has been woken takes an order without looking, although
// the other one may have been quicker. One word is wrong.

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
        if *orders == 0 {
            orders = self.changed.wait(orders).unwrap();
        }
        *orders -= 1;
    }
}
