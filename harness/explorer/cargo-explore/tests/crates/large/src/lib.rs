//! A counter.

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::thread;

    fn count(threads: u32, times: u32) {
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..times {
                        let before = counter.fetch_add(1, SeqCst);
                        assert!(before < threads * times);
                    }
                });
            }
        });
        assert_eq!(counter.into_inner(), threads * times);
    }

    #[test]
    fn a_few() {
        count(2, 1);
    }

    /// 30!/(6!)^5: a number of 20 digits.
    #[test]
    fn many() {
        count(5, 6);
    }

    #[test]
    fn one() {
        count(1, 1);
    }

    /// 10!/(2!)^5: 113 400.
    #[test]
    fn shared() {
        count(5, 2);
    }
}
