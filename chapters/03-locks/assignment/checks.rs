//! What a bank must do while many threads use it.
//!
//! The numbers are drawn for each grading; `first` and so on are what the accounts hold at first.

use judge::drawn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use student::{Bank, TransferError};

judge::seen!(TransferError { NoSuchAccount(account), NotEnough, TooMuch });

/// One thread: what moves, and what does not.
pub fn money_moves() {
    let (first, second, third) = (drawn(100..900), drawn(50..400), drawn(0..40));
    let (moved, new) = (drawn(10..90), drawn(500..999));
    let bank = Bank::new(&[first, second, third]);
    assert_eq!(bank.transfer(0, 2, moved), Ok(()));
    assert_eq!(bank.transfer(2, 1, moved), Ok(()));
    let balances = [0, 1, 2, 3].map(|account| bank.balance(account));
    assert_eq!(balances, [Some(first - moved), Some(second + moved), Some(third), None]);
    assert_eq!(bank.total(), first + second + third);
    let before = bank.with_account(1, |balance| std::mem::replace(balance, new));
    assert_eq!(before, Some(second + moved));
    assert_eq!(bank.with_account(9, |balance| *balance), None);
    assert_eq!(bank.balance(1), Some(new));
}

/// A transfer that cannot be made changes nothing.
pub fn an_error_changes_nothing() {
    let (money, more) = (drawn(100..900), drawn(1..90));
    let nobody = drawn(2..70) as usize;
    let bank = Bank::new(&[money, u64::MAX]);
    assert_eq!(bank.transfer(0, 1, money + more), Err(TransferError::NotEnough));
    assert_eq!(bank.transfer(0, nobody, more), Err(TransferError::NoSuchAccount(nobody)));
    assert_eq!(bank.transfer(nobody, 0, more), Err(TransferError::NoSuchAccount(nobody)));
    assert_eq!(bank.transfer(0, 1, more), Err(TransferError::TooMuch));
    assert_eq!([bank.balance(0), bank.balance(1)], [Some(money), Some(u64::MAX)]);
}

/// From an account to itself: nothing moves, and nobody waits for itself.
pub fn a_transfer_to_itself() {
    let (money, more) = (drawn(100..900), drawn(1..90));
    let bank = Bank::new(&[money]);
    assert_eq!(bank.transfer(0, 0, money), Ok(()));
    assert_eq!(bank.transfer(0, 0, money + more), Err(TransferError::NotEnough));
    assert_eq!(bank.balance(0), Some(money));
}

/// Two transfers in opposite directions at once.
pub fn opposite_directions() {
    let (first, second) = (drawn(100..900), drawn(100..900));
    let (there, back) = (drawn(1..50), drawn(50..99));
    let bank = Bank::new(&[first, second]);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(bank.transfer(0, 1, there), Ok(())));
        scope.spawn(|| assert_eq!(bank.transfer(1, 0, back), Ok(())));
    });
    let expected = [Some(first - there + back), Some(second + there - back)];
    assert_eq!([bank.balance(0), bank.balance(1)], expected);
}

/// Three transfers round a triangle.
pub fn round_a_triangle() {
    let money = [(); 3].map(|()| drawn(100..900));
    let moved = [(); 3].map(|()| drawn(1..90));
    let bank = Bank::new(&money);
    thread::scope(|scope| {
        for (from, amount) in moved.into_iter().enumerate() {
            let bank = &bank;
            scope.spawn(move || assert_eq!(bank.transfer(from, (from + 1) % 3, amount), Ok(())));
        }
    });
    let expected = [0, 1, 2].map(|at| Some(money[at] - moved[at] + moved[(at + 2) % 3]));
    assert_eq!([0, 1, 2].map(|account| bank.balance(account)), expected);
}

/// Two threads want the last money of one account: one of them gets it.
pub fn the_last_money_is_paid_once() {
    let (money, second, third) = (drawn(100..900), drawn(0..90), drawn(0..90));
    let bank = Bank::new(&[money, second, third]);
    let paid = thread::scope(|scope| {
        let transfers = [1, 2].map(|to| {
            let bank = &bank;
            scope.spawn(move || bank.transfer(0, to, money).is_ok())
        });
        transfers.map(|transfer| transfer.join().unwrap())
    });
    assert!(paid[0] != paid[1], "of two payments of all the money, {paid:?} were made");
    let expected = match paid[0] {
        true => [0, second + money, third],
        false => [0, second, third + money],
    };
    assert_eq!([0, 1, 2].map(|account| bank.balance(account)), expected.map(Some));
    assert_eq!(bank.total(), money + second + third);
}

/// However the threads go, the total is the same at each moment.
pub fn the_total_is_of_one_moment() {
    let (first, second) = (drawn(100..900), drawn(0..90));
    let (there, back) = (drawn(50..90), drawn(1..50));
    let bank = Bank::new(&[first, second]);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(bank.transfer(0, 1, there), Ok(()));
            assert_eq!(bank.transfer(1, 0, back), Ok(()));
        });
        let total = bank.total();
        assert_eq!(total, first + second, "money was on its way while the total was taken");
    });
    let expected = [Some(first - there + back), Some(second + there - back)];
    assert_eq!([bank.balance(0), bank.balance(1)], expected);
    assert_eq!(bank.total(), first + second);
}

/// While one account is in use, transfers between others go on.
pub fn others_do_not_wait() {
    let (first, second, moved) = (drawn(100..900), drawn(100..900), drawn(1..50));
    let bank = Bank::new(&[first, first, second]);
    let paid = bank.with_account(0, |_| {
        thread::scope(|scope| scope.spawn(|| bank.transfer(1, 2, moved)).join().unwrap())
    });
    assert_eq!(paid, Some(Ok(())));
    assert_eq!(bank.balance(2), Some(second + moved));
}

/// A transfer waits for an account that is in use, and then uses what it finds.
pub fn an_account_in_use_is_waited_for() {
    let (first, second) = (drawn(100..900), drawn(0..90));
    let bank = Bank::new(&[first, second]);
    let paid = thread::scope(|scope| {
        let transfer = scope.spawn(|| bank.transfer(0, 1, first).is_ok());
        bank.with_account(0, |balance| {
            let before = *balance;
            thread::yield_now();
            *balance = before / 2;
        });
        transfer.join().unwrap()
    });
    let expected = if paid { [0, second + first] } else { [first / 2, second] };
    assert_eq!([bank.balance(0), bank.balance(1)], expected.map(Some));
}

/// A panic inside `with_account` comes through; the account can still be used.
pub fn a_panic_does_not_close_the_account() {
    let (first, second, left) = (drawn(100..900), drawn(0..90), drawn(40..90));
    let bank = Bank::new(&[first, second]);
    let result = catch_unwind(AssertUnwindSafe(|| {
        bank.with_account(0, |balance| {
            *balance = left;
            resume_unwind(Box::new("in the middle"))
        })
    }));
    let payload = result.expect_err("the panic was swallowed");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"in the middle"), "another panic came out");
    assert_eq!(bank.balance(0), Some(left));
    assert_eq!(bank.transfer(0, 1, left), Ok(()));
    assert_eq!(bank.total(), left + second);
}
