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
        let first = self.lock(from.min(to));
        let second = self.lock(from.max(to));
        let (Some(first), Some(second)) = (first, second) else {
            return Err(TransferError::NoSuchAccount(from.max(to)));
        };
        let (mut payer, mut payee) = if from < to { (first, second) } else { (second, first) };
        let rest = payer.checked_sub(amount).ok_or(TransferError::NotEnough)?;
        *payee = payee.checked_add(amount).ok_or(TransferError::TooMuch)?;
        *payer = rest;
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
