//! A thread waits for a lock that it has itself. Of the blocking mistakes in the study these were the most.
//!
//! The guard is not where one looks for it: a temporary in the head of a `match` or an `if let` lives until the end of its body.

use std::collections::HashMap;
use std::sync::{Mutex, RwLock};

/// The guard of the `match` is still there in its arm.
///
/// Must fail: a deadlock.
pub fn in_a_match() {
    let state = Mutex::new(0);
    match *state.lock().unwrap() {
        0 => *state.lock().unwrap() = 1,
        _ => unreachable!(),
    }
}

/// The number is copied first, and the guard is gone.
pub fn in_a_match_mended() {
    let state = Mutex::new(0);
    let number = *state.lock().unwrap();
    match number {
        0 => *state.lock().unwrap() = 1,
        _ => unreachable!(),
    }
    assert_eq!(*state.lock().unwrap(), 1);
}

fn price_of(prices: &RwLock<HashMap<&str, u32>>, name: &'static str) -> u32 {
    if let Some(price) = prices.read().unwrap().get(name) {
        *price
    } else {
        *prices.write().unwrap().entry(name).or_insert(7)
    }
}

/// What is looked up in the head is put in where it is missing. In the edition of 2021 and before, the guard of the head was there in `else`, too.
pub fn in_an_else_of_this_edition() {
    let prices = RwLock::default();
    assert_eq!(price_of(&prices, "tea"), 7);
}

fn price_by_match(prices: &RwLock<HashMap<&str, u32>>, name: &'static str) -> u32 {
    match prices.read().unwrap().get(name) {
        Some(price) => *price,
        None => *prices.write().unwrap().entry(name).or_insert(7),
    }
}

/// The same as a `match`, in every edition.
///
/// Must fail: a deadlock.
pub fn read_and_then_write() {
    let prices = RwLock::default();
    price_by_match(&prices, "tea");
}

/// Looked up, given back, and only then put in.
pub fn read_and_then_write_mended() {
    let prices: RwLock<HashMap<&str, u32>> = RwLock::default();
    let known = prices.read().unwrap().get("tea").copied();
    let price = known.unwrap_or_else(|| *prices.write().unwrap().entry("tea").or_insert(7));
    assert_eq!(price, 7);
}

struct Account {
    balance: Mutex<u32>,
}

impl Account {
    fn balance(&self) -> u32 {
        *self.balance.lock().unwrap()
    }

    fn withdraw(&self, amount: u32) -> bool {
        let mut balance = self.balance.lock().unwrap();
        if self.balance() < amount {
            return false;
        }
        *balance -= amount;
        true
    }

    fn withdraw_mended(&self, amount: u32) -> bool {
        let mut balance = self.balance.lock().unwrap();
        let enough = *balance >= amount;
        if enough {
            *balance -= amount;
        }
        enough
    }
}

/// A method that locks is called by one that has locked.
///
/// Must fail: a deadlock.
pub fn in_a_call() {
    Account { balance: Mutex::new(5) }.withdraw(3);
}

/// It looks at what it has.
pub fn in_a_call_mended() {
    let account = Account { balance: Mutex::new(5) };
    assert!(account.withdraw_mended(3));
    assert!(!account.withdraw_mended(3));
}
