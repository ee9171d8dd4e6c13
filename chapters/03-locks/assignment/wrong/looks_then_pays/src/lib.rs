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
    accounts: Vec<Mutex<u64>>,
}

impl Bank {
    /// A bank with an account for each balance.
    pub fn new(balances: &[u64]) -> Self {
        Bank { accounts: balances.iter().copied().map(Mutex::new).collect() }
    }

    /// A panic in `with_account` poisons a lock. The balance is what that call made it.
    fn lock(&self, account: usize) -> Option<MutexGuard<'_, u64>> {
        Some(self.accounts.get(account)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How much the account holds; `None` if there is no such account.
    pub fn balance(&self, account: usize) -> Option<u64> {
        self.lock(account).map(|balance| *balance)
    }

    /// Moves `amount` from one account to another. Threads that use other accounts do not wait for it.
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        for account in [from, to] {
            if account >= self.accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        if from == to {
            let enough = self.balance(from) >= Some(amount);
            return if enough { Ok(()) } else { Err(TransferError::NotEnough) };
        }
        if self.balance(from) < Some(amount) {
            return Err(TransferError::NotEnough);
        }
        if self.balance(to).is_some_and(|balance| balance.checked_add(amount).is_none()) {
            return Err(TransferError::TooMuch);
        }
        self.with_account(from, |balance| *balance -= amount);
        self.with_account(to, |balance| *balance += amount);
        Ok(())
    }

    /// All the money in the bank at one moment.
    pub fn total(&self) -> u64 {
        let balances: Vec<_> = (0..self.accounts.len()).filter_map(|n| self.lock(n)).collect();
        balances.iter().map(|balance| **balance).sum()
    }

    /// Calls `change` with the balance of the account; nobody else uses the account meanwhile. `None`
    /// if there is no such account. A panic of `change` comes through, and the account can still be used.
    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        let mut balance = self.lock(account)?;
        Some(change(&mut balance))
    }
}
