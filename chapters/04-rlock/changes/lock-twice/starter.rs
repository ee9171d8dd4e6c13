// A savings box. `put_all` takes the lock and calls `put`, which takes it too: the thread waits
// for itself. Mend it so that nobody can count in the middle of `put_all`.

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
        let _held = self.coins.lock().unwrap();
        for coins in several {
            self.put(*coins);
        }
    }

    pub fn count(&self) -> u32 {
        *self.coins.lock().unwrap()
    }
}
