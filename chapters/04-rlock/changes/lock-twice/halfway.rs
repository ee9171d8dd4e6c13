// No deadlock any more, and whoever counts can come in between.

use std::sync::Mutex;

#[derive(Default)]
pub struct Savings {
    coins: Mutex<u32>,
}

impl Savings {
    pub fn put(&self, coins: u32) {
        *self.coins.lock().unwrap() += coins;
    }

    pub fn put_all(&self, several: &[u32]) {
        for coins in several {
            self.put(*coins);
        }
    }

    pub fn count(&self) -> u32 {
        *self.coins.lock().unwrap()
    }
}
