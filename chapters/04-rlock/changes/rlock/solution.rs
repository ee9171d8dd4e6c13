// Everybody takes the locks in one order: that of the accounts.

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
        let first = self.accounts[from.min(to)].lock().unwrap();
        let second = self.accounts[from.max(to)].lock().unwrap();
        let (mut giver, mut taker) = if from < to { (first, second) } else { (second, first) };
        *giver -= amount;
        *taker += amount;
    }

    /// Adds up all accounts, and takes all locks for that, the first account's first.
    pub fn sum(&self) -> u32 {
        let held: Vec<_> = self.accounts.iter().map(|account| account.lock().unwrap()).collect();
        held.iter().map(|balance| **balance).sum()
    }
}
