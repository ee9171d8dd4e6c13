// A shop with two tills. One lock guards both, and so a customer at one till keeps everybody
// waiting at the other. Let two be served at two tills at the same time, and at each till one.

use std::sync::Mutex;

#[derive(Default)]
pub struct Shop {
    tills: Mutex<[u32; 2]>,
}

impl Shop {
    /// Serves a customer at this till, who then pays.
    pub fn serve(&self, till: usize, amount: u32, customer: impl FnOnce()) {
        let mut tills = self.tills.lock().unwrap();
        customer();
        tills[till] += amount;
    }

    pub fn money(&self, till: usize) -> u32 {
        self.tills.lock().unwrap()[till]
    }
}
