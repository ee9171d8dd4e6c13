use change::Savings;
use std::thread;

/// Who counts while several coins go in finds none of them or all.
fn nobody_counts_in_the_middle() {
    let savings = Savings::default();
    thread::scope(|scope| {
        scope.spawn(|| savings.put_all(&[2, 3]));
        let counted = savings.count();
        assert!(counted == 0 || counted == 5, "counted {counted}, in the middle of 2 and 3");
    });
    savings.put(1);
    assert_eq!(savings.count(), 6, "2 and 3 and 1");
}
