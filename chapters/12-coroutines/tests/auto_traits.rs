//! What crosses threads and what crosses panics. It is the compiler that tests this.

use ch12_coroutines::hub::net::{TcpListener, TcpStream};
use ch12_coroutines::hub::{self, Empty, Event, Full, JoinError, JoinHandle, Panic, Queue};
use ch12_coroutines::{CyclicParents, Exit, Greenlet, WeakGreenlet};
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

/// Neither `Send` nor `Sync`, and not safe to look at after a panic.
type Local = Rc<Cell<u8>>;

/// Compiles only if the type does not have the trait: else there would be two candidates.
macro_rules! is_not {
    ($trait:ident: $($type:ty),+) => {{
        trait Either<A> {
            fn found() {}
        }
        struct HasIt;
        impl<T: ?Sized> Either<()> for T {}
        impl<T: ?Sized + $trait> Either<HasIt> for T {}
        $(<$type as Either<_>>::found();)+
    }};
}

#[test]
fn what_belongs_to_a_thread_stays_there() {
    is_not!(Send: Greenlet<u8>, WeakGreenlet<u8>, JoinHandle<u8>, TcpStream, TcpListener);
    is_not!(Sync: Greenlet<u8>, WeakGreenlet<u8>, JoinHandle<u8>, TcpStream, TcpListener);
    is_not!(Sync: Event, Queue<u8>);
}

#[test]
fn errors_go_wherever_they_are_wanted() {
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<hub::RunError>();
    error::<JoinError>();
    error::<hub::Timeout>();
    error::<Empty>();
    error::<Full<u8>>();
    error::<CyclicParents>();
    fn both<T: Send + Sync>() {}
    both::<Panic>();
    both::<Exit<u8>>();
    both::<hub::Builder>();
}

#[test]
fn a_panic_leaves_nothing_half_done() {
    fn safe<T: UnwindSafe + RefUnwindSafe>() {}
    safe::<Greenlet<Local>>();
    safe::<WeakGreenlet<Local>>();
    safe::<JoinHandle<Local>>();
    safe::<Event>();
    safe::<Queue<Local>>();
    safe::<TcpStream>();
    safe::<TcpListener>();
    safe::<hub::Builder>();
}

#[test]
fn everything_shows_itself_and_what_has_a_default_has_it() {
    fn shows<T: std::fmt::Debug>() {}
    shows::<Greenlet<Local>>();
    shows::<WeakGreenlet<Local>>();
    shows::<JoinHandle<Local>>();
    shows::<Queue<Local>>();
    shows::<TcpStream>();
    shows::<TcpListener>();
    shows::<Full<Local>>();
    assert_eq!(format!("{:?}", Event::default()), "Event { is_set: false, waiting: 0 }");
    assert_eq!(format!("{:?}", Queue::<Local>::default()), "Queue { len: 0, capacity: 0, .. }");
    assert_eq!(format!("{:?}", hub::Builder::default()), format!("{:?}", hub::Builder::new()));
}
