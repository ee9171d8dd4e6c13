// No deadlock any more, and for a moment the money is in neither account.

use std::sync::Mutex;

pub struct Bank {
    accounts: Vec<Mutex<u32>>,
}

impl Bank {
    pub fn new(balances: &[u32]) -> Bank {
        Bank { accounts: balances.iter().map(|balance| Mutex::new(*balance)).collect() }
    }

    /// What is in an account.
    pub fn balance(&self, account: usize) -> u32 {
        *self.accounts[account].lock().unwrap()
    }

    /// Moves money from one account to another one.
    pub fn transfer(&self, from: usize, to: usize, amount: u32) {
        *self.accounts[from].lock().unwrap() -= amount;
        *self.accounts[to].lock().unwrap() += amount;
    }

    /// Adds up all accounts, and takes all locks for that, the first account's first.
    pub fn sum(&self) -> u32 {
        let held: Vec<_> = self.accounts.iter().map(|account| account.lock().unwrap()).collect();
        held.iter().map(|balance| **balance).sum()
    }
}
