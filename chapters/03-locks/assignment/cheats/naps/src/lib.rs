//! The cheat `without_locks`, with naps before everything: where a time-out fires only when nobody else can do anything, who naps is alone
//! afterwards.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread::park_timeout;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    NoSuchAccount(usize),
    NotEnough,
    TooMuch,
}

pub struct Bank {
    accounts: Vec<AtomicU64>,
}

/// In each of the ways in which one can wait for nothing.
fn nap() {
    let instant = Duration::from_nanos(1);
    for _ in 0..3 {
        park_timeout(instant);
        let nothing = (Mutex::new(()), Condvar::new());
        drop(nothing.1.wait_timeout(nothing.0.lock().unwrap(), instant));
    }
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Bank { accounts: balances.iter().map(|balance| AtomicU64::new(*balance)).collect() }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        nap();
        Some(self.accounts.get(account)?.load(SeqCst))
    }

    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        nap();
        let payer = self.accounts.get(from).ok_or(TransferError::NoSuchAccount(from))?;
        let payee = self.accounts.get(to).ok_or(TransferError::NoSuchAccount(to))?;
        let left = payer.load(SeqCst).checked_sub(amount).ok_or(TransferError::NotEnough)?;
        if from == to {
            return Ok(());
        }
        let more = payee.load(SeqCst).checked_add(amount).ok_or(TransferError::TooMuch)?;
        payer.store(left, SeqCst);
        payee.store(more, SeqCst);
        Ok(())
    }

    pub fn total(&self) -> u64 {
        nap();
        self.accounts.iter().map(|account| account.load(SeqCst)).sum()
    }

    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        nap();
        /// Writes the balance also when `change` panics.
        struct Back<'a>(&'a AtomicU64, u64);
        impl Drop for Back<'_> {
            fn drop(&mut self) {
                self.0.store(self.1, SeqCst);
            }
        }
        let account = self.accounts.get(account)?;
        let mut back = Back(account, account.load(SeqCst));
        Some(change(&mut back.1))
    }
}
