use lib::sync::atomic::{
    ATOMIC_BOOL_INIT, ATOMIC_ISIZE_INIT, ATOMIC_USIZE_INIT, AtomicBool, AtomicI8, AtomicI16,
    AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    AtomicUsize, Ordering, compiler_fence, fence, spin_loop_hint,
};
use std::rc::Rc;

const _: AtomicBool = ATOMIC_BOOL_INIT;
const _: AtomicIsize = ATOMIC_ISIZE_INIT;
const _: AtomicUsize = ATOMIC_USIZE_INIT;
const _: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
const _: bool = AtomicBool::new(true).into_inner();
const _: () = assert!(size_of::<AtomicPtr<u8>>() == size_of::<usize>());
static NUMBER: AtomicU32 = AtomicU32::new(1);
// SAFETY: nobody uses it otherwise.
const _: &AtomicU32 = unsafe { AtomicU32::from_ptr(NUMBER.as_ptr()) };

/// The signatures that all atomics have; those of `Sub` are what one type has besides.
macro_rules! all {
    ($($atomic:ty, $value:ty;)*) => {$({
        type A = $atomic;
        type V = $value;
        const { assert!(size_of::<A>() == size_of::<V>() && align_of::<A>() == size_of::<V>()) };
        let _: fn(V) -> A = A::new;
        let _: fn(V) -> A = A::from;
        let _: unsafe fn(*mut V) -> &'static A = A::from_ptr;
        let _: fn(&A, Ordering) -> V = A::load;
        let _: fn(&A, V, Ordering) = A::store;
        let _: fn(&A, V, Ordering) -> V = A::swap;
        let _: fn(&A, V, V, Ordering) -> V = A::compare_and_swap;
        let _: fn(&A, V, V, Ordering, Ordering) -> Result<V, V> = A::compare_exchange;
        let _: fn(&A, V, V, Ordering, Ordering) -> Result<V, V> = A::compare_exchange_weak;
        let _: fn(&A, Ordering, Ordering, fn(V) -> Option<V>) -> Result<V, V> = A::fetch_update::<fn(V) -> Option<V>>;
        let _: fn(&mut A) -> &mut V = A::get_mut;
        let _: fn(A) -> V = A::into_inner;
        let _: fn(&A) -> *mut V = A::as_ptr;
        let atomic = A::new(V::default());
        let _: Result<V, V> = atomic.try_update(Ordering::AcqRel, Ordering::Acquire, |_: V| None);
        let _: V = atomic.update(Ordering::AcqRel, Ordering::Acquire, |value: V| value);
    })*};
}

macro_rules! arithmetic {
    ($($atomic:ty, $value:ty, $($method:ident)*;)*) => {$(
        $(let _: fn(&$atomic, $value, Ordering) -> $value = <$atomic>::$method;)*
    )*};
}

pub fn signatures() {
    all! {
        AtomicBool, bool; AtomicU8, u8; AtomicU16, u16; AtomicU32, u32; AtomicU64, u64; AtomicUsize, usize;
        AtomicI8, i8; AtomicI16, i16; AtomicI32, i32; AtomicI64, i64; AtomicIsize, isize;
    }
    arithmetic! {
        AtomicU8, u8, fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min;
        AtomicUsize, usize, fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min;
        AtomicI64, i64, fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min;
        AtomicBool, bool, fetch_and fetch_nand fetch_or fetch_xor;
    }
    let _: fn(&AtomicBool, Ordering) -> bool = AtomicBool::fetch_not;
    let _: fn(*mut u8) -> AtomicPtr<u8> = AtomicPtr::<u8>::new;
    let _: fn(&AtomicPtr<u8>, Ordering) -> *mut u8 = AtomicPtr::<u8>::load;
    let _: fn(&AtomicPtr<u8>, *mut u8, *mut u8, Ordering, Ordering) -> Result<*mut u8, *mut u8> =
        AtomicPtr::<u8>::compare_exchange;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_ptr_add;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_ptr_sub;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_byte_add;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_byte_sub;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_or;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_and;
    let _: fn(&AtomicPtr<u8>, usize, Ordering) -> *mut u8 = AtomicPtr::<u8>::fetch_xor;
    let _: fn(Ordering) = fence;
    let _: fn(Ordering) = compiler_fence;
    let _: fn() = spin_loop_hint;
    let _: fn() = lib::hint::spin_loop;
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table: AtomicBool, AtomicU8, AtomicU64, AtomicI32, AtomicUsize, AtomicPtr<u8>, AtomicPtr<Rc<u8>>, Ordering);
    table
}
