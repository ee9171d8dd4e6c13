use change::Bank;
use std::thread;

/// Two transfers in opposite directions both come to an end.
fn there_and_back() {
    let bank = Bank::new(&[10, 10]);
    thread::scope(|scope| {
        scope.spawn(|| bank.transfer(0, 1, 3));
        bank.transfer(1, 0, 3);
    });
    assert_eq!(bank.sum(), 20, "what there was in the beginning");
    assert_eq!([0, 1].map(|account| bank.balance(account)), [10, 10], "there and back");
}

/// Who adds up in the middle finds all the money.
fn no_money_is_missing() {
    let bank = Bank::new(&[10, 10]);
    thread::scope(|scope| {
        scope.spawn(|| bank.transfer(1, 0, 3));
        assert_eq!(bank.sum(), 20, "in the middle of a transfer");
    });
    assert_eq!([0, 1].map(|account| bank.balance(account)), [13, 7], "after the transfer");
}
