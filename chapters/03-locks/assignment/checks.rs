//! What a bank must do while many threads use it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use student::{Bank, TransferError};

/// One thread: what moves, and what does not.
pub fn money_moves() {
    let bank = Bank::new(&[100, 50, 0]);
    assert_eq!(bank.transfer(0, 2, 30), Ok(()));
    assert_eq!(bank.transfer(2, 1, 30), Ok(()));
    let balances = [0, 1, 2, 3].map(|account| bank.balance(account));
    assert_eq!(balances, [Some(70), Some(80), Some(0), None]);
    assert_eq!(bank.total(), 150);
    assert_eq!(bank.with_account(1, |balance| std::mem::replace(balance, 5)), Some(80));
    assert_eq!(bank.with_account(9, |balance| *balance), None);
    assert_eq!(bank.balance(1), Some(5));
}

/// A transfer that cannot be made changes nothing.
pub fn an_error_changes_nothing() {
    let bank = Bank::new(&[100, u64::MAX]);
    assert_eq!(bank.transfer(0, 1, 101), Err(TransferError::NotEnough));
    assert_eq!(bank.transfer(0, 7, 10), Err(TransferError::NoSuchAccount(7)));
    assert_eq!(bank.transfer(7, 0, 10), Err(TransferError::NoSuchAccount(7)));
    assert_eq!(bank.transfer(0, 1, 10), Err(TransferError::TooMuch));
    assert_eq!([bank.balance(0), bank.balance(1)], [Some(100), Some(u64::MAX)]);
}

/// From an account to itself: nothing moves, and nobody waits for itself.
pub fn a_transfer_to_itself() {
    let bank = Bank::new(&[100]);
    assert_eq!(bank.transfer(0, 0, 100), Ok(()));
    assert_eq!(bank.transfer(0, 0, 101), Err(TransferError::NotEnough));
    assert_eq!(bank.balance(0), Some(100));
}

/// Two transfers in opposite directions at once.
pub fn opposite_directions() {
    let bank = Bank::new(&[100, 100]);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(bank.transfer(0, 1, 10), Ok(())));
        scope.spawn(|| assert_eq!(bank.transfer(1, 0, 25), Ok(())));
    });
    assert_eq!([bank.balance(0), bank.balance(1)], [Some(115), Some(85)]);
}

/// Three transfers round a triangle.
pub fn round_a_triangle() {
    let bank = Bank::new(&[100, 100, 100]);
    thread::scope(|scope| {
        for (from, to) in [(0, 1), (1, 2), (2, 0)] {
            let bank = &bank;
            scope.spawn(move || assert_eq!(bank.transfer(from, to, 10), Ok(())));
        }
    });
    assert_eq!([0, 1, 2].map(|account| bank.balance(account)), [Some(100); 3]);
}

/// Two threads want the last money of one account: one of them gets it.
pub fn the_last_money_is_paid_once() {
    let bank = Bank::new(&[100, 0, 0]);
    let paid = thread::scope(|scope| {
        let transfers = [1, 2].map(|to| {
            let bank = &bank;
            scope.spawn(move || bank.transfer(0, to, 100).is_ok())
        });
        transfers.map(|transfer| transfer.join().unwrap())
    });
    assert!(paid[0] != paid[1], "of two payments of all the money, {paid:?} were made");
    assert_eq!(bank.balance(0), Some(0));
    assert_eq!(bank.total(), 100);
}

/// However the threads go, the total is the same at each moment.
pub fn the_total_is_of_one_moment() {
    let bank = Bank::new(&[100, 0]);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(bank.transfer(0, 1, 60), Ok(()));
            assert_eq!(bank.transfer(1, 0, 10), Ok(()));
        });
        assert_eq!(bank.total(), 100, "money was on its way while the total was taken");
    });
    assert_eq!(bank.total(), 100);
}

/// While one account is in use, transfers between others go on.
pub fn others_do_not_wait() {
    let bank = Bank::new(&[100, 100, 100]);
    let moved = bank.with_account(0, |_| {
        thread::scope(|scope| scope.spawn(|| bank.transfer(1, 2, 10)).join().unwrap())
    });
    assert_eq!(moved, Some(Ok(())));
    assert_eq!(bank.balance(2), Some(110));
}

/// A transfer waits for an account that is in use, and then uses what it finds.
pub fn an_account_in_use_is_waited_for() {
    let bank = Bank::new(&[100, 0]);
    let paid = thread::scope(|scope| {
        let transfer = scope.spawn(|| bank.transfer(0, 1, 100).is_ok());
        bank.with_account(0, |balance| {
            let before = *balance;
            thread::yield_now();
            *balance = before / 2;
        });
        transfer.join().unwrap()
    });
    let expected = if paid { [Some(0), Some(100)] } else { [Some(50), Some(0)] };
    assert_eq!([bank.balance(0), bank.balance(1)], expected);
}

/// A panic inside `with_account` comes through; the account can still be used.
pub fn a_panic_does_not_close_the_account() {
    let bank = Bank::new(&[100, 0]);
    let result = catch_unwind(AssertUnwindSafe(|| {
        bank.with_account(0, |balance| {
            *balance = 40;
            resume_unwind(Box::new("in the middle"))
        })
    }));
    let payload = result.expect_err("the panic was swallowed");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"in the middle"), "another panic came out");
    assert_eq!(bank.balance(0), Some(40));
    assert_eq!(bank.transfer(0, 1, 40), Ok(()));
    assert_eq!(bank.total(), 40);
}
