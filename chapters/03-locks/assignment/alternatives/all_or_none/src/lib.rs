//! A bank whose accounts are used by many threads at once.
//!
//! Accounts are taken and given back in one table. Who needs several takes all of them in one step or none,
//! and waits for a change: nobody ever holds one while it waits for another.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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
    balances: Vec<Mutex<u64>>,
    taken: Mutex<BTreeSet<usize>>,
    given_back: Condvar,
}

/// Accounts that nobody else uses until this is dropped.
struct Taken<'a> {
    bank: &'a Bank,
    accounts: Vec<usize>,
}

impl Bank {
    /// A bank with an account for each balance.
    pub fn new(balances: &[u64]) -> Self {
        Bank {
            balances: balances.iter().copied().map(Mutex::new).collect(),
            taken: Mutex::default(),
            given_back: Condvar::new(),
        }
    }

    fn take(&self, accounts: Vec<usize>) -> Taken<'_> {
        let taken = self.taken.lock().unwrap();
        let mut taken = self
            .given_back
            .wait_while(taken, |taken| accounts.iter().any(|account| taken.contains(account)))
            .unwrap();
        taken.extend(&accounts);
        drop(taken);
        Taken { bank: self, accounts }
    }

    fn exists(&self, account: usize) -> bool {
        account < self.balances.len()
    }

    /// How much the account holds; `None` if there is no such account.
    pub fn balance(&self, account: usize) -> Option<u64> {
        self.with_account(account, |balance| *balance)
    }

    /// Moves `amount` from one account to another. Threads that use other accounts do not wait for it.
    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        if let Some(missing) = [from, to].into_iter().find(|account| !self.exists(*account)) {
            return Err(TransferError::NoSuchAccount(missing));
        }
        let taken = self.take(if from == to { vec![from] } else { vec![from, to] });
        let before = *taken.balance(from);
        let rest = before.checked_sub(amount).ok_or(TransferError::NotEnough)?;
        if from != to {
            let received = taken.balance(to).checked_add(amount).ok_or(TransferError::TooMuch)?;
            *taken.balance(from) = rest;
            *taken.balance(to) = received;
        }
        Ok(())
    }

    /// All the money in the bank at one moment.
    pub fn total(&self) -> u64 {
        let taken = self.take((0..self.balances.len()).collect());
        taken.accounts.iter().map(|account| *taken.balance(*account)).sum()
    }

    /// Calls `change` with the balance of the account; nobody else uses the account meanwhile. `None`
    /// if there is no such account. A panic of `change` comes through, and the account can still be used.
    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        if !self.exists(account) {
            return None;
        }
        let taken = self.take(vec![account]);
        Some(change(&mut taken.balance(account)))
    }
}

impl Taken<'_> {
    /// Only whoever has taken the account comes here: this never waits.
    fn balance(&self, account: usize) -> MutexGuard<'_, u64> {
        self.bank.balances[account].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self.bank.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|account| !self.accounts.contains(account));
        self.bank.given_back.notify_all();
    }
}
