//! The cheat `without_locks`, in which whoever comes second yields two thousand times before everything, and does something of no use each time. Where a thread
//! that yields so often waits in the end until somebody else moves, the first is alone meanwhile.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread::{ThreadId, current, yield_now};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    NoSuchAccount(usize),
    NotEnough,
    TooMuch,
}

pub struct Bank {
    accounts: Vec<AtomicU64>,
    main: ThreadId,
}

static TURNS: AtomicU64 = AtomicU64::new(0);

fn nap(main: ThreadId) {
    if current().id() == main {
        return;
    }
    let own = AtomicU64::new(0);
    for i in 0..TURNS.fetch_add(1, SeqCst) * 2100 {
        own.store(i, SeqCst);
        yield_now();
    }
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Bank {
            accounts: balances.iter().map(|balance| AtomicU64::new(*balance)).collect(),
            main: current().id(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        nap(self.main);
        Some(self.accounts.get(account)?.load(SeqCst))
    }

    pub fn transfer(&self, from: usize, to: usize, amount: u64) -> Result<(), TransferError> {
        nap(self.main);
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
        nap(self.main);
        self.accounts.iter().map(|account| account.load(SeqCst)).sum()
    }

    pub fn with_account<R>(&self, account: usize, change: impl FnOnce(&mut u64) -> R) -> Option<R> {
        nap(self.main);
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
