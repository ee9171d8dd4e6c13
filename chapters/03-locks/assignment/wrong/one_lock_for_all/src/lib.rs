//! A bank whose accounts are used by many threads at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why a transfer was not made. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// There is no account of this number.
    NoSuchAccount(usize),
    /// The account that should pay has less.
    NotEnough,
    /// The account that should receive would hold more than a `u64` can.
    TooMuch,
}

/// Accounts, numbered from 0.
pub struct Bank {
    accounts: Mutex<Vec<u64>>,
}

impl Bank {
    /// A bank with an account for each balance.
    pub fn new(balances: &[u64]) -> Self {
        Bank { accounts: Mutex::new(balances.to_vec()) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much the account holds; `None` if there is no such account.
    pub fn balance(&self, account: usize) -> Option<u64> {
        self.lock().get(account).copied()
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        let mut accounts = self.lock();
        for account in [from, to] {
            if account >= accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        let rest = accounts[from].checked_sub(amount).ok_or(TransferError::NotEnough)?;
        if from != to {
            let received = accounts[to].checked_add(amount).ok_or(TransferError::TooMuch)?;
            accounts[from] = rest;
            accounts[to] = received;
        }
        Ok(())
    }

    /// All the money in the bank at one moment.
    pub fn total(&self) -> u64 {
        self.lock().iter().sum()
    }

    /// Calls `change` with the balance of the account.
    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        Some(change(self.lock().get_mut(account)?))
    }
}
