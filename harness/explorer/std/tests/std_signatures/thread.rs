use lib::thread::{
    AccessError, Builder, JoinHandle, LocalKey, Scope, ScopedJoinHandle, Thread, ThreadId,
    available_parallelism, current, panicking, park, park_timeout, park_timeout_ms, scope, sleep,
    sleep_ms, spawn, yield_now,
};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::rc::Rc;
use std::time::Duration;

lib::thread_local! {
    static COUNT: Cell<u8> = const { Cell::new(1) };
    #[allow(dead_code)]
    pub(crate) static LIST: RefCell<Vec<u8>> = RefCell::new(vec![1]);
    static CONSTANT: u8 = const { 2 }
}

lib::thread_local!(static ALONE: Rc<u8> = Rc::new(3));

pub fn signatures() {
    let _: fn(fn() -> u8) -> JoinHandle<u8> = spawn::<fn() -> u8, u8>;
    let _: fn(JoinHandle<u8>) -> lib::thread::Result<u8> = JoinHandle::<u8>::join;
    let _: fn(&JoinHandle<u8>) -> &Thread = JoinHandle::<u8>::thread;
    let _: fn(&JoinHandle<u8>) -> bool = JoinHandle::<u8>::is_finished;
    let _: fn(ScopedJoinHandle<'static, u8>) -> lib::thread::Result<u8> =
        ScopedJoinHandle::<u8>::join;
    let _: fn(&ScopedJoinHandle<'static, u8>) -> bool = ScopedJoinHandle::<u8>::is_finished;
    let _: fn(for<'scope> fn(&'scope Scope<'scope, 'static>) -> u8) -> u8 = scope;
    let _: fn() -> Builder = Builder::new;
    let _: fn(Builder, String) -> Builder = Builder::name;
    let _: fn(Builder, usize) -> Builder = Builder::stack_size;
    let _: fn(Builder, fn() -> u8) -> std::io::Result<JoinHandle<u8>> =
        Builder::spawn::<fn() -> u8, u8>;
    let _: unsafe fn(Builder, fn() -> u8) -> std::io::Result<JoinHandle<u8>> =
        Builder::spawn_unchecked::<fn() -> u8, u8>;
    let _: fn() -> Thread = current;
    let _: fn(&Thread) -> ThreadId = Thread::id;
    let _: fn(&Thread) -> Option<&str> = Thread::name;
    let _: fn(&Thread) = Thread::unpark;
    let _: fn() = park;
    let _: fn(Duration) = park_timeout;
    let _: fn(u32) = park_timeout_ms;
    let _: fn(Duration) = sleep;
    let _: fn(u32) = sleep_ms;
    let _: fn() = yield_now;
    let _: fn() -> bool = panicking;
    let _: fn() -> std::io::Result<NonZero<usize>> = available_parallelism;

    let _: fn(&'static LocalKey<u8>, fn(&u8) -> u8) -> u8 =
        LocalKey::<u8>::with::<fn(&u8) -> u8, u8>;
    let _: fn(&'static LocalKey<u8>, fn(&u8) -> u8) -> Result<u8, AccessError> =
        LocalKey::<u8>::try_with::<fn(&u8) -> u8, u8>;
    let _: fn(&'static LocalKey<Cell<u8>>, u8) = LocalKey::<Cell<u8>>::set;
    let _: fn(&'static LocalKey<Cell<u8>>) -> u8 = LocalKey::<Cell<u8>>::get;
    let _: fn(&'static LocalKey<Cell<u8>>) -> u8 = LocalKey::<Cell<u8>>::take;
    let _: fn(&'static LocalKey<Cell<u8>>, u8) -> u8 = LocalKey::<Cell<u8>>::replace;
    let _: fn(&'static LocalKey<RefCell<u8>>, fn(&u8) -> u8) -> u8 =
        LocalKey::<RefCell<u8>>::with_borrow::<fn(&u8) -> u8, u8>;
    let _: fn(&'static LocalKey<RefCell<u8>>, fn(&mut u8) -> u8) -> u8 =
        LocalKey::<RefCell<u8>>::with_borrow_mut::<fn(&mut u8) -> u8, u8>;
    assert_eq!(
        (COUNT.get(), CONSTANT.with(|value| *value), ALONE.with(|value| **value)),
        (1, 2, 3)
    );

    let _: fn(fn() -> u8) -> lib::thread::Result<u8> = lib::panic::catch_unwind::<fn() -> u8, u8>;
    let _: fn(AssertUnwindSafe<fn() -> u8>) -> lib::thread::Result<u8> =
        lib::panic::catch_unwind::<AssertUnwindSafe<fn() -> u8>, u8>;
    let _: fn(Box<dyn Any + Send>) -> ! = lib::panic::resume_unwind;
    let _: fn(Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>) = lib::panic::set_hook;
    let _: fn() -> Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send> = lib::panic::take_hook;
    let _: fn(i32) -> ! = lib::process::exit;
    let _: fn() -> ! = lib::process::abort;
    #[cfg(unix)]
    let _: fn(JoinHandle<u8>) -> std::os::unix::thread::RawPthread =
        std::os::unix::thread::JoinHandleExt::into_pthread_t;
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table:
        JoinHandle<u8>, JoinHandle<Rc<u8>>, ScopedJoinHandle<'static, u8>, ScopedJoinHandle<'static, Rc<u8>>,
        ScopedJoinHandle<'static, Cell<u8>>, Scope<'static, 'static>, Builder, Thread, ThreadId, AccessError,
        LocalKey<u8>, LocalKey<Rc<u8>>, LocalKey<Cell<u8>>,
    );
    table
}
