//! `Box<dyn FnOnce() + Send>` that allocates only for closures of more than
//! three words.
//!
//! Most tasks are smaller. One that is boxed is allocated by the thread that
//! gives it and freed by the one that runs it, which is what allocators like
//! least.

use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};

const WORDS: usize = 3;

/// Where a closure lies: as it is, or as a box.
type Place = MaybeUninit<[usize; WORDS]>;

/// A closure without its type.
pub(crate) struct Inline {
    place: Place,
    /// Moves the closure out of its place, which is void from then on, and calls
    /// or drops it.
    end: unsafe fn(&mut Place, End),
    /// What it may be used for is the same as with a box.
    _closure: PhantomData<Box<dyn FnOnce() + Send>>,
}

enum End {
    Call,
    Drop,
}

impl Inline {
    pub(crate) fn new<F: FnOnce() + Send + 'static>(closure: F) -> Inline {
        if fits::<F>() { Inline::place(closure) } else { Inline::place(Box::new(closure)) }
    }

    fn place<F: FnOnce() + Send + 'static>(closure: F) -> Inline {
        const { assert!(fits::<Box<F>>()) };
        assert!(fits::<F>());
        let mut place = Place::uninit();
        // SAFETY: the closure fits into the place, in size and in alignment.
        unsafe { place.as_mut_ptr().cast::<F>().write(closure) };
        Inline { place, end: end::<F>, _closure: PhantomData }
    }

    pub(crate) fn call(self) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: the closure is in its place, and never touched again: `drop` does not run.
        unsafe { (this.end)(&mut this.place, End::Call) }
    }
}

const fn fits<F>() -> bool {
    size_of::<F>() <= size_of::<Place>() && align_of::<F>() <= align_of::<Place>()
}

/// # Safety
///
/// An `F` has been written to the place, and has not been taken out.
unsafe fn end<F: FnOnce()>(place: &mut Place, how: End) {
    // SAFETY: an `F` is there, and by the caller's word nobody takes it a second time.
    let closure = unsafe { place.as_ptr().cast::<F>().read() };
    match how {
        End::Call => closure(),
        End::Drop => mem::drop(closure),
    }
}

impl Drop for Inline {
    fn drop(&mut self) {
        // SAFETY: the closure is in its place: `call`, which takes it out, does not drop.
        unsafe { (self.end)(&mut self.place, End::Drop) }
    }
}

#[cfg(test)]
mod tests {
    use super::Inline;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    #[repr(align(64))]
    struct Aligned(u8);

    /// Calls a closure that owns `held`, and drops another.
    fn called_and_dropped<T: Send + 'static>(held: fn() -> T) {
        let owner = Arc::new(());
        let called = Arc::new(AtomicUsize::new(0));
        let make = || {
            let (held, owner, called) = (held(), Arc::clone(&owner), Arc::clone(&called));
            Inline::new(move || {
                let _held = (held, owner);
                called.fetch_add(1, Relaxed);
            })
        };
        make().call();
        assert_eq!((called.load(Relaxed), Arc::strong_count(&owner)), (1, 1));
        drop(make());
        assert_eq!((called.load(Relaxed), Arc::strong_count(&owner)), (1, 1));
        let moved = [make(), make()];
        moved.into_iter().for_each(Inline::call);
        assert_eq!((called.load(Relaxed), Arc::strong_count(&owner)), (3, 1));
    }

    #[test]
    fn closures_of_all_sizes_are_called_or_dropped_once() {
        called_and_dropped(|| ());
        called_and_dropped(|| 0_usize); // three words: in place
        called_and_dropped(|| [0_usize; 2]); // four: boxed
        called_and_dropped(|| [0_u8; 1000]);
    }

    #[test]
    fn what_is_aligned_more_than_a_word_stays_so() {
        let aligned = Aligned(7);
        Inline::new(move || {
            assert_eq!((&raw const aligned).addr() % 64, 0);
            assert_eq!(aligned.0, 7);
        })
        .call();
    }

    #[test]
    fn a_closure_that_panics_drops_what_it_owns_once() {
        let owner = Arc::new(());
        let held = Arc::clone(&owner);
        let closure = Inline::new(move || panic!("with {held:?}"));
        assert!(catch_unwind(AssertUnwindSafe(|| closure.call())).is_err());
        assert_eq!(Arc::strong_count(&owner), 1);
    }
}
