//! Stands on a crate that has a data race.

#[cfg(test)]
mod tests {
    use bare::Bare;
    use std::cell::UnsafeCell;
    use std::thread;

    #[test]
    fn both_use_it() {
        let bare = Bare::default();
        thread::scope(|scope| {
            scope.spawn(|| bare.add());
            bare.add();
        });
    }

    struct Own(UnsafeCell<u64>);

    // SAFETY: none. That is what is found out.
    unsafe impl Sync for Own {}

    impl Own {
        fn add(&self) {
            // SAFETY: none, as above.
            unsafe { *self.0.get() += 1 };
        }
    }

    #[test]
    fn a_race_of_its_own_comes_after_it() {
        let (bare, own) = (Bare::default(), Own(UnsafeCell::new(0)));
        thread::scope(|scope| {
            scope.spawn(|| {
                bare.add();
                own.add();
            });
            bare.add();
            own.add();
        });
    }

    #[test]
    fn a_closure_of_its_own_is_its_own() {
        let (bare, own) = (Bare::default(), Own(UnsafeCell::new(0)));
        thread::scope(|scope| {
            scope.spawn(|| bare.with(|_| own.add()));
            bare.with(|_| own.add());
        });
    }

    #[test]
    fn what_goes_wrong_otherwise_is_found() {
        let bare = Bare::default();
        thread::scope(|scope| {
            scope.spawn(|| bare.add());
            bare.add();
        });
        panic!("after both");
    }
}
