use lib::sync::{
    Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once, OnceLock,
    OnceState, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult,
    WaitTimeoutResult,
};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::time::Duration;

const _: Mutex<u8> = Mutex::new(0);
const _: RwLock<Vec<u8>> = RwLock::new(Vec::new());
const _: Condvar = Condvar::new();
const _: Barrier = Barrier::new(2);
const _: Once = Once::new();
const _: Once = lib::sync::ONCE_INIT;
const _: OnceLock<String> = OnceLock::new();
const _: LazyLock<u8> = LazyLock::new(|| 1);
static _MUTEX: Mutex<u8> = Mutex::new(0);
static _LAZY: LazyLock<Vec<u8>> = LazyLock::new(Vec::new);

type Guard<'a> = MutexGuard<'a, u8>;

pub fn signatures() {
    let _: fn(u8) -> Mutex<u8> = Mutex::<u8>::new;
    let _: for<'a> fn(&'a Mutex<u8>) -> LockResult<Guard<'a>> = Mutex::<u8>::lock;
    let _: for<'a> fn(&'a Mutex<[u8]>) -> LockResult<MutexGuard<'a, [u8]>> = Mutex::<[u8]>::lock;
    let _: for<'a> fn(&'a Mutex<u8>) -> TryLockResult<Guard<'a>> = Mutex::<u8>::try_lock;
    let _: fn(&Mutex<u8>) -> bool = Mutex::<u8>::is_poisoned;
    let _: fn(&Mutex<u8>) = Mutex::<u8>::clear_poison;
    let _: fn(Mutex<u8>) -> LockResult<u8> = Mutex::<u8>::into_inner;
    let _: fn(&mut Mutex<u8>) -> LockResult<&mut u8> = Mutex::<u8>::get_mut;
    let _: fn(u8) -> Mutex<u8> = Mutex::<u8>::from;
    let _: for<'a> fn(&'a Guard<'static>) -> &'a u8 = <Guard<'static> as Deref>::deref;
    let _: for<'a> fn(&'a mut Guard<'static>) -> &'a mut u8 =
        <Guard<'static> as DerefMut>::deref_mut;

    let _: fn() -> Condvar = Condvar::new;
    let _: for<'a> fn(&Condvar, Guard<'a>) -> LockResult<Guard<'a>> = Condvar::wait::<u8>;
    let _: for<'a> fn(&Condvar, Guard<'a>, fn(&mut u8) -> bool) -> LockResult<Guard<'a>> =
        Condvar::wait_while::<u8, fn(&mut u8) -> bool>;
    let _: for<'a> fn(&Condvar, Guard<'a>, Duration) -> LockResult<(Guard<'a>, WaitTimeoutResult)> =
        Condvar::wait_timeout::<u8>;
    let _: for<'a> fn(
        &Condvar,
        Guard<'a>,
        Duration,
        fn(&mut u8) -> bool,
    ) -> LockResult<(Guard<'a>, WaitTimeoutResult)> =
        Condvar::wait_timeout_while::<u8, fn(&mut u8) -> bool>;
    let _: for<'a> fn(&Condvar, Guard<'a>, u32) -> LockResult<(Guard<'a>, bool)> =
        Condvar::wait_timeout_ms::<u8>;
    let _: fn(&Condvar) = Condvar::notify_one;
    let _: fn(&Condvar) = Condvar::notify_all;
    let _: fn(&WaitTimeoutResult) -> bool = WaitTimeoutResult::timed_out;

    let _: for<'a> fn(&'a RwLock<u8>) -> LockResult<RwLockReadGuard<'a, u8>> = RwLock::<u8>::read;
    let _: for<'a> fn(&'a RwLock<u8>) -> TryLockResult<RwLockReadGuard<'a, u8>> =
        RwLock::<u8>::try_read;
    let _: for<'a> fn(&'a RwLock<u8>) -> LockResult<RwLockWriteGuard<'a, u8>> = RwLock::<u8>::write;
    let _: for<'a> fn(&'a RwLock<u8>) -> TryLockResult<RwLockWriteGuard<'a, u8>> =
        RwLock::<u8>::try_write;
    let _: fn(&RwLock<u8>) -> bool = RwLock::<u8>::is_poisoned;
    let _: fn(&RwLock<u8>) = RwLock::<u8>::clear_poison;
    let _: fn(RwLock<u8>) -> LockResult<u8> = RwLock::<u8>::into_inner;
    let _: fn(&mut RwLock<u8>) -> LockResult<&mut u8> = RwLock::<u8>::get_mut;
    let _: fn(u8) -> RwLock<u8> = RwLock::<u8>::from;
    let _: fn(RwLockWriteGuard<'static, u8>) -> RwLockReadGuard<'static, u8> =
        RwLockWriteGuard::<u8>::downgrade;

    let _: fn(usize) -> Barrier = Barrier::new;
    let _: fn(&Barrier) -> BarrierWaitResult = Barrier::wait;
    let _: fn(&BarrierWaitResult) -> bool = BarrierWaitResult::is_leader;

    let _: fn(&Once, fn()) = Once::call_once::<fn()>;
    let _: fn(&Once, fn(&OnceState)) = Once::call_once_force::<fn(&OnceState)>;
    let _: fn(&Once) -> bool = Once::is_completed;
    let _: fn(&Once) = Once::wait;
    let _: fn(&Once) = Once::wait_force;
    let _: fn(&OnceState) -> bool = OnceState::is_poisoned;

    let _: fn(&OnceLock<u8>) -> Option<&u8> = OnceLock::<u8>::get;
    let _: fn(&mut OnceLock<u8>) -> Option<&mut u8> = OnceLock::<u8>::get_mut;
    let _: fn(&OnceLock<u8>) -> &u8 = OnceLock::<u8>::wait;
    let _: fn(&OnceLock<u8>, u8) -> Result<(), u8> = OnceLock::<u8>::set;
    let _: fn(&OnceLock<u8>, fn() -> u8) -> &u8 = OnceLock::<u8>::get_or_init::<fn() -> u8>;
    let _: fn(OnceLock<u8>) -> Option<u8> = OnceLock::<u8>::into_inner;
    let _: fn(&mut OnceLock<u8>) -> Option<u8> = OnceLock::<u8>::take;
    let _: fn(u8) -> OnceLock<u8> = OnceLock::<u8>::from;

    let _: fn(fn() -> u8) -> LazyLock<u8> = LazyLock::<u8>::new;
    let _: fn(&LazyLock<u8>) -> &u8 = LazyLock::<u8>::force;
    let _: fn(&mut LazyLock<u8>) -> &mut u8 = LazyLock::<u8>::force_mut;
    let _: fn(&LazyLock<u8>) -> Option<&u8> = LazyLock::<u8>::get;
    let _: fn(&mut LazyLock<u8>) -> Option<&mut u8> = LazyLock::<u8>::get_mut;
    let _: fn(&LazyLock<u8>) -> &u8 = <LazyLock<u8> as Deref>::deref;
    let _: fn(&mut LazyLock<u8>) -> &mut u8 = <LazyLock<u8> as DerefMut>::deref_mut;
    let _: fn() -> LazyLock<u8> = Default::default;

    // The errors are std's own, so that `?` and `From` work across crates.
    let _: fn(PoisonError<Guard<'static>>) -> TryLockError<Guard<'static>> = TryLockError::from;
    let mutex: Box<Mutex<dyn Fn() -> u8>> = Box::new(Mutex::new(|| 7));
    assert_eq!(mutex.lock().unwrap()(), 7);
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table:
        Mutex<u8>, Mutex<Cell<u8>>, Mutex<Rc<u8>>, Mutex<[u8]>, MutexGuard<'static, u8>, MutexGuard<'static, Cell<u8>>,
        MutexGuard<'static, Rc<u8>>, RwLock<u8>, RwLock<Cell<u8>>, RwLock<Rc<u8>>, RwLock<[u8]>,
        RwLockReadGuard<'static, u8>, RwLockReadGuard<'static, Cell<u8>>, RwLockReadGuard<'static, Rc<u8>>,
        RwLockWriteGuard<'static, u8>, RwLockWriteGuard<'static, Cell<u8>>, RwLockWriteGuard<'static, Rc<u8>>,
        Condvar, WaitTimeoutResult, Barrier, BarrierWaitResult, Once, OnceState,
        OnceLock<u8>, OnceLock<Cell<u8>>, OnceLock<Rc<u8>>, OnceLock<&'static Cell<u8>>, OnceLock<&'static mut u8>,
        LazyLock<u8>, LazyLock<Cell<u8>>, LazyLock<Rc<u8>>, LazyLock<u8, Cell<u8>>, LazyLock<u8, Rc<u8>>,
        LazyLock<u8, &'static mut u8>, LazyLock<&'static Cell<u8>>,
    );
    table
}
