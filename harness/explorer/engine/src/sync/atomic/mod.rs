//! The atomics and fences.

mod bits;
mod pointer;

use std::fmt;
use std::panic::{Location, RefUnwindSafe};
use std::sync::atomic as real;
pub use std::sync::atomic::Ordering;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use bits::{Bits, check_failure, check_load, check_store, failure_ordering};

use crate::machine::context::{self, Answer};
use crate::machine::op::{Loc, Obj, Op};
use crate::machine::plain::{self, shadow::How};
use crate::machine::words::{self, Word};
use crate::record;

pub use std::sync::atomic::compiler_fence;

/// The atomic of one type: everything that all of them can do.
macro_rules! atomic {
    ($(#[$attr:meta])* $name:ident $([$generic:ident])?, $t:ty, $real:ty, $kind:literal) => {
        $(#[$attr])*
        #[repr(transparent)]
        pub struct $name $(<$generic>)? {
            /// The newest value, and all that there is: see `machine::words`.
            value: $real,
        }

        impl $(<$generic>)? RefUnwindSafe for $name $(<$generic>)? {}

        impl $(<$generic>)? $name $(<$generic>)? {
            /// An atomic with this value.
            pub const fn new(value: $t) -> Self {
                Self { value: <$real>::new(value) }
            }

            fn object(&self, how: How, at: Loc) -> Option<Obj> {
                let now = || self.value.load(SeqCst).to_bits();
                words::object(Word { address: self.address(), size: size_of::<$t>(), kind: $kind, now: &now }, how, at)
            }

            fn address(&self) -> usize {
                std::ptr::from_ref(self).expose_provenance()
            }

            /// A read-modify-write that always writes.
            fn update_value(&self, order: Ordering, call: &'static str, at: Loc, f: impl Fn($t) -> $t) -> $t {
                let Some(atomic) = self.object(How::Atomic, at) else {
                    return record::update(self.address(), order, call, at, || {
                        // Only the explorer needs the operation as a function; real ones are single instructions, so loop.
                        let mut old = self.value.load(Relaxed);
                        loop {
                            let new = f(old);
                            match self.value.compare_exchange_weak(old, new, order, failure_ordering(order)) {
                                Ok(old) => return (old, Some(new)),
                                Err(now) => old = now,
                            }
                        }
                    });
                };
                let apply = |bits| f(Bits::from_bits(bits)).to_bits();
                let old = match context::updating(Op::Update { atomic, order }, at, call, &apply) {
                    Answer::Done(done) => Bits::from_bits(done.value),
                    _ => self.value.load(SeqCst),
                };
                self.value.store(f(old), SeqCst);
                old
            }

            /// The value.
            ///
            /// # Panics
            ///
            /// If `order` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $t {
                check_load(order);
                self.load_at(order, Location::caller())
            }

            fn load_at(&self, order: Ordering, at: Loc) -> $t {
                match self.object(How::AtomicLoad, at).map(|atomic| context::visible(Op::Load { atomic, order }, at)) {
                    Some(Answer::Done(done)) => Bits::from_bits(done.value),
                    Some(_) => self.value.load(SeqCst),
                    None => record::load(self.address(), order, at, || self.value.load(order)),
                }
            }

            /// Replaces the value.
            ///
            /// # Panics
            ///
            /// If `order` is `Acquire` or `AcqRel`.
            #[track_caller]
            pub fn store(&self, value: $t, order: Ordering) {
                let at = Location::caller();
                check_store(order);
                match self.object(How::Atomic, at) {
                    Some(atomic) => {
                        context::visible(Op::Store { atomic, order, value: value.to_bits() }, at);
                        self.value.store(value, SeqCst);
                    }
                    None => record::store(
                        self.address(),
                        order,
                        &value,
                        at,
                        || self.value.load(Relaxed),
                        || self.value.store(value, order),
                    ),
                }
            }

            /// Replaces the value and returns the old one.
            #[track_caller]
            pub fn swap(&self, value: $t, order: Ordering) -> $t {
                self.update_value(order, "swap", Location::caller(), |_| value)
            }

            /// Replaces the value if it is `current`; returns the old one.
            #[deprecated(since = "1.50.0", note = "Use `compare_exchange` or `compare_exchange_weak` instead")]
            #[track_caller]
            pub fn compare_and_swap(&self, current: $t, new: $t, order: Ordering) -> $t {
                let at = Location::caller();
                match self.compare(current, new, order, failure_ordering(order), false, "compare_and_swap", at) {
                    Ok(old) | Err(old) => old,
                }
            }

            /// Replaces the value if it is `current`.
            ///
            /// # Errors
            ///
            /// The value, if it is another.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange(&self, current: $t, new: $t, success: Ordering, failure: Ordering) -> Result<$t, $t> {
                self.compare(current, new, success, failure, false, "compare_exchange", Location::caller())
            }

            /// Replaces the value if it is `current`, or does not, for no reason.
            ///
            /// # Errors
            ///
            /// The value, if it was not replaced.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange_weak(&self, current: $t, new: $t, success: Ordering, failure: Ordering) -> Result<$t, $t> {
                self.compare(current, new, success, failure, true, "compare_exchange_weak", Location::caller())
            }

            #[expect(clippy::too_many_arguments, reason = "the operation's own, and where it was called")]
            fn compare(
                &self,
                current: $t,
                new: $t,
                success: Ordering,
                failure: Ordering,
                weak: bool,
                call: &'static str,
                at: Loc,
            ) -> Result<$t, $t> {
                check_failure(failure);
                let Some(atomic) = self.object(How::AtomicLoad, at) else {
                    return record::compare(self.address(), success, call, at, &new, || {
                        if weak {
                            self.value.compare_exchange_weak(current, new, success, failure)
                        } else {
                            self.value.compare_exchange(current, new, success, failure)
                        }
                    });
                };
                let (expected, bits) = (current.to_bits(), new.to_bits());
                let op = Op::Compare { atomic, expected, new: bits, success, failure, weak };
                match context::updating(op, at, call, &|bits| bits) {
                    Answer::Done(done) if done.ok => {
                        plain::exchanged(self.address(), size_of::<$t>());
                        self.value.store(new, SeqCst);
                        Ok(Bits::from_bits(done.value))
                    }
                    Answer::Done(done) => Err(Bits::from_bits(done.value)),
                    _ => self.value.compare_exchange(current, new, SeqCst, SeqCst),
                }
            }

            /// Replaces the value by what `f` makes of it, unless that is `None`.
            ///
            /// # Errors
            ///
            /// The value, if `f` returned `None`.
            #[track_caller]
            pub fn fetch_update<F>(&self, set_order: Ordering, fetch_order: Ordering, mut f: F) -> Result<$t, $t>
            where
                F: FnMut($t) -> Option<$t>,
            {
                let mut old = self.load(fetch_order);
                while let Some(new) = f(old) {
                    match self.compare_exchange_weak(old, new, set_order, fetch_order) {
                        Ok(old) => return Ok(old),
                        Err(now) => old = now,
                    }
                }
                Err(old)
            }

            /// [`fetch_update`](Self::fetch_update) by its newer name.
            ///
            /// # Errors
            ///
            /// The value, if `f` returned `None`.
            #[track_caller]
            pub fn try_update(&self, set_order: Ordering, fetch_order: Ordering, f: impl FnMut($t) -> Option<$t>) -> Result<$t, $t> {
                self.fetch_update(set_order, fetch_order, f)
            }

            /// Replaces the value by what `f` makes of it, and returns the old one.
            #[track_caller]
            pub fn update(&self, set_order: Ordering, fetch_order: Ordering, mut f: impl FnMut($t) -> $t) -> $t {
                let mut old = self.load(fetch_order);
                loop {
                    match self.compare_exchange_weak(old, f(old), set_order, fetch_order) {
                        Ok(old) => return old,
                        Err(now) => old = now,
                    }
                }
            }

            /// The value, without a step: the borrow shows that nobody else can reach it.
            pub fn get_mut(&mut self) -> &mut $t {
                self.value.get_mut()
            }

            /// The value.
            pub const fn into_inner(self) -> $t {
                self.value.into_inner()
            }

            /// Memory of somebody else, seen as an atomic.
            ///
            /// # Safety
            ///
            /// As for `std`'s.
            pub const unsafe fn from_ptr<'a>(memory: *mut $t) -> &'a Self {
                // SAFETY: an atomic is its value; the rest is the caller's promise.
                unsafe { &*memory.cast() }
            }

            /// A pointer to the value. In which order others see what is written through it is not explored.
            pub const fn as_ptr(&self) -> *mut $t {
                self.value.as_ptr()
            }
        }

        impl $(<$generic>)? From<$t> for $name $(<$generic>)? {
            fn from(value: $t) -> Self {
                Self::new(value)
            }
        }

        impl $(<$generic>)? fmt::Debug for $name $(<$generic>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if context::is_exploring() && !crate::panic::may_look() {
                    return fmt::Debug::fmt(&crate::panic::NOT_LOOKED_AT, f);
                }
                // What shows a value has no line in the user's source, but the value has.
                fmt::Debug::fmt(&self.load_at(Relaxed, words::here()), f)
            }
        }
    };
}

/// What an atomic can do besides: methods that apply a function.
macro_rules! fetches {
    ($name:ident, $t:ty, $($(#[$attr:meta])* $method:ident = $f:expr;)*) => {
        impl $name {
            $(
                $(#[$attr])*
                #[track_caller]
                pub fn $method(&self, value: $t, order: Ordering) -> $t {
                    let f: fn($t, $t) -> $t = $f;
                    self.update_value(order, stringify!($method), Location::caller(), |old| f(old, value))
                }
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new(Default::default())
            }
        }
    };
}

macro_rules! integers {
    ($($name:ident $t:ident $kind:literal;)*) => {$(
        atomic!(
            #[doc = concat!("An atomic `", stringify!($t), "`, as `std::sync::atomic::", stringify!($name), "`.")]
            $name, $t, real::$name, $kind
        );
        fetches!($name, $t,
            /// Adds, and wraps around; returns the old value.
            fetch_add = |old, value| old.wrapping_add(value);
            /// Subtracts, and wraps around; returns the old value.
            fetch_sub = |old, value| old.wrapping_sub(value);
            /// Bitwise "and"; returns the old value.
            fetch_and = |old, value| old & value;
            /// Bitwise "not and"; returns the old value.
            fetch_nand = |old, value| !(old & value);
            /// Bitwise "or"; returns the old value.
            fetch_or = |old, value| old | value;
            /// Bitwise "exclusive or"; returns the old value.
            fetch_xor = |old, value| old ^ value;
            /// The greater of the two; returns the old value.
            fetch_max = |old, value| old.max(value);
            /// The smaller of the two; returns the old value.
            fetch_min = |old, value| old.min(value);
        );
    )*};
}

integers! {
    AtomicU8 u8 "AtomicU8";
    AtomicU16 u16 "AtomicU16";
    AtomicU32 u32 "AtomicU32";
    AtomicU64 u64 "AtomicU64";
    AtomicUsize usize "AtomicUsize";
    AtomicI8 i8 "AtomicI8";
    AtomicI16 i16 "AtomicI16";
    AtomicI32 i32 "AtomicI32";
    AtomicI64 i64 "AtomicI64";
    AtomicIsize isize "AtomicIsize";
}

atomic!(
    /// An atomic `bool`, as `std::sync::atomic::AtomicBool`.
    AtomicBool, bool, real::AtomicBool, "AtomicBool"
);

fetches!(AtomicBool, bool,
    /// Logical "and"; returns the old value.
    fetch_and = |old, value| old & value;
    /// Logical "not and"; returns the old value.
    fetch_nand = |old, value| !(old & value);
    /// Logical "or"; returns the old value.
    fetch_or = |old, value| old | value;
    /// Logical "exclusive or"; returns the old value.
    fetch_xor = |old, value| old ^ value;
);

impl AtomicBool {
    /// Logical "not"; returns the old value.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.update_value(order, "fetch_not", Location::caller(), |old| !old)
    }
}

atomic!(
    /// An atomic pointer, as `std::sync::atomic::AtomicPtr`.
    AtomicPtr[T], *mut T, real::AtomicPtr<T>, "AtomicPtr"
);

/// A memory fence, as `std::sync::atomic::fence`.
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    let at = Location::caller();
    if order == Relaxed {
        panic!("there is no such thing as a relaxed fence");
    }
    if context::visible(Op::Fence { order }, at) == Answer::Outside {
        record::note(|_| trace::Operation::Fence { ordering: order.into() }, "fence", at);
        real::fence(order);
    }
}

/// Tells the processor that this is a spin loop.
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
#[track_caller]
pub fn spin_loop_hint() {
    crate::thread::spin_loop();
}

macro_rules! first_values {
    ($($name:ident $atomic:ident $value:literal;)*) => {$(
        /// An atomic with its first value.
        #[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
        #[expect(clippy::declare_interior_mutable_const, reason = "std has it")]
        pub const $name: $atomic = $atomic::new($value);
    )*};
}

first_values! {
    ATOMIC_BOOL_INIT AtomicBool false;
    ATOMIC_ISIZE_INIT AtomicIsize 0;
    ATOMIC_USIZE_INIT AtomicUsize 0;
}
