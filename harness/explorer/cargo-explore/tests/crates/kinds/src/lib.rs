//! Every kind of test.

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::thread;

    #[test]
    #[should_panic]
    fn panics() {
        panic!("as it should");
    }

    #[test]
    #[should_panic(expected = "in the other")]
    fn panics_in_another_thread() {
        thread::spawn(|| panic!("in the other thread")).join().map_err(std::panic::resume_unwind).unwrap();
    }

    #[test]
    #[should_panic(expected = "something else")]
    fn panics_otherwise() {
        panic!("as it should not");
    }

    #[test]
    #[should_panic]
    fn panics_in_some_orders_only() {
        let number = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| number.store(1, SeqCst));
            assert_eq!(number.load(SeqCst), 1);
        });
    }

    #[test]
    fn returns_well() -> Result<(), std::num::ParseIntError> {
        let number: u32 = "7".parse()?;
        assert_eq!(number, 7);
        Ok(())
    }

    #[test]
    fn returns_an_error() -> Result<(), std::num::ParseIntError> {
        "seven".parse::<u32>().map(drop)
    }

    #[test]
    #[ignore = "takes long"]
    fn is_ignored() {
        let lock = Mutex::new(0);
        for _ in 0..20_000 {
            *lock.lock().unwrap() += 1;
        }
    }

    #[test]
    #[cfg(from_the_configuration)]
    fn is_configured() {
        assert_eq!(std::env::var("CARGO_PKG_NAME").as_deref(), Ok("kinds"));
    }

    #[test]
    #[cfg(feature = "more")]
    fn is_a_feature() {}
}
