//! A bank for one thread at a time: every balance is looked at, and written later.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    NoSuchAccount(usize),
    NotEnough,
    TooMuch,
}

pub struct Bank {
    accounts: Vec<AtomicU64>,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Bank { accounts: balances.iter().map(|balance| AtomicU64::new(*balance)).collect() }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        Some(self.accounts.get(account)?.load(Relaxed))
    }

    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        let payer = self.accounts.get(from).ok_or(TransferError::NoSuchAccount(from))?;
        let payee = self.accounts.get(to).ok_or(TransferError::NoSuchAccount(to))?;
        let left = payer.load(Relaxed).checked_sub(amount).ok_or(TransferError::NotEnough)?;
        if from == to {
            return Ok(());
        }
        let more = payee.load(Relaxed).checked_add(amount).ok_or(TransferError::TooMuch)?;
        payer.store(left, Relaxed);
        payee.store(more, Relaxed);
        Ok(())
    }

    pub fn total(&self) -> u64 {
        self.accounts.iter().map(|account| account.load(Relaxed)).sum()
    }

    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        /// Writes the balance also when `change` panics.
        struct Back<'a>(&'a AtomicU64, u64);
        impl Drop for Back<'_> {
            fn drop(&mut self) {
                self.0.store(self.1, Relaxed);
            }
        }
        let account = self.accounts.get(account)?;
        let mut back = Back(account, account.load(Relaxed));
        Some(change(&mut back.1))
    }
}
