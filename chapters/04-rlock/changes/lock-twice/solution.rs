// The guard is there already, so the coins go in through it.

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
        let mut held = self.coins.lock().unwrap();
        for coins in several {
            *held += *coins;
        }
    }

    pub fn count(&self) -> u32 {
        *self.coins.lock().unwrap()
    }
}
