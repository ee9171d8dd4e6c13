// Nobody waits any more: not for the other till, and not for the own one either.

use std::sync::Mutex;

#[derive(Default)]
pub struct Shop {
    tills: Mutex<[u32; 2]>,
}

impl Shop {
    /// Serves a customer at this till, who then pays.
    pub fn serve(&self, till: usize, amount: u32, customer: impl FnOnce()) {
        customer();
        self.tills.lock().unwrap()[till] += amount;
    }

    pub fn money(&self, till: usize) -> u32 {
        self.tills.lock().unwrap()[till]
    }
}
