//! What a readers-writer lock with writer preference must do.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use student::WriterFirst;

const SECOND: Duration = Duration::from_secs(1);

/// Comes back when every other thread waits: on the explorer's clock time passes only then.
fn until_all_others_wait() {
    thread::park_timeout(SECOND);
}

/// Who is in, checked at each coming and going.
#[derive(Default)]
struct Room {
    readers: AtomicUsize,
    writers: AtomicUsize,
}

impl Room {
    fn read(&self) {
        self.readers.fetch_add(1, Ordering::SeqCst);
        assert_eq!(self.writers.load(Ordering::SeqCst), 0, "a reader came in beside a writer");
        self.readers.fetch_sub(1, Ordering::SeqCst);
    }

    fn write(&self) {
        let others = self.writers.fetch_add(1, Ordering::SeqCst);
        assert_eq!(others, 0, "two writers are in");
        assert_eq!(self.readers.load(Ordering::SeqCst), 0, "a writer came in beside a reader");
        self.writers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One thread: who may come in while who is in.
pub fn who_may_come_in() {
    let lock = WriterFirst::new();
    let first = lock.read();
    let second = lock.try_read();
    assert!(second.is_some(), "readers keep each other out");
    assert!(lock.try_write().is_none(), "a writer came in beside readers");
    drop(first);
    assert!(lock.try_write().is_none(), "a writer came in beside a reader");
    drop(second);
    let writer = lock.try_write();
    assert!(writer.is_some(), "nobody is in, and a writer is kept out");
    assert!(lock.try_read().is_none(), "a reader came in beside a writer");
    assert!(lock.try_write().is_none(), "two writers came in");
    assert!(lock.write_timeout(SECOND).is_none(), "two writers came in");
    drop(writer);
    drop(lock.write());
    drop(lock.read());
}

/// Two writers and a reader: whoever writes is alone.
pub fn a_writer_is_alone() {
    let (lock, room) = (WriterFirst::new(), Room::default());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _guard = lock.write();
                room.write();
            });
        }
        let _guard = lock.read();
        room.read();
    });
}

/// One writer and two readers: nobody stays behind.
pub fn everybody_comes_in() {
    let (lock, room) = (WriterFirst::new(), Room::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = lock.write();
            room.write();
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let _guard = lock.read();
                room.read();
            });
        }
    });
}

/// While a writer waits, new readers stay out: readers that come and come cannot starve it.
pub fn no_reader_slips_past_a_waiting_writer() {
    let lock = WriterFirst::new();
    thread::scope(|scope| {
        let reader = lock.read();
        scope.spawn(|| drop(lock.write()));
        until_all_others_wait();
        assert!(lock.try_read().is_none(), "a reader came in past a waiting writer");
        drop(reader);
    });
    assert!(lock.try_read().is_some(), "nobody is in, nobody waits, and a reader is kept out");
}

/// A writer leaves; a writer and a reader wait. The writer goes first.
pub fn the_next_writer_goes_before_readers() {
    let lock = WriterFirst::new();
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let writer = lock.write();
        scope.spawn(|| {
            let _guard = lock.read();
            order.lock().unwrap().push("reader");
        });
        scope.spawn(|| {
            let _guard = lock.write();
            order.lock().unwrap().push("writer");
        });
        until_all_others_wait();
        drop(writer);
    });
    assert_eq!(order.into_inner().unwrap(), ["writer", "reader"]);
}

/// All readers that wait for a writer come in together when it leaves.
pub fn all_readers_are_let_in() {
    let lock = WriterFirst::new();
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        let writer = lock.write();
        for _ in 0..2 {
            scope.spawn(|| {
                let _guard = lock.read();
                inside.fetch_add(1, Ordering::SeqCst);
                until_all_others_wait();
                assert_eq!(inside.load(Ordering::SeqCst), 2, "a reader was left outside");
            });
        }
        until_all_others_wait();
        drop(writer);
    });
}

/// A writer gives up. The readers that waited for its sake come in, although another reader is still in.
pub fn a_writer_that_gives_up_lets_readers_in() {
    let lock = WriterFirst::new();
    thread::scope(|scope| {
        let first = lock.read();
        let writer = scope.spawn(|| lock.write_timeout(SECOND).is_some());
        let second = scope.spawn(|| drop(lock.read()));
        assert!(!writer.join().unwrap(), "a writer came in beside a reader");
        second.join().unwrap();
        drop(first);
    });
    assert!(lock.try_write().is_some(), "nobody is in, and a writer is kept out");
}

/// A panic under a guard is like leaving.
pub fn a_panic_leaves() {
    let lock = WriterFirst::new();
    let panics = |body: &dyn Fn()| assert!(catch_unwind(AssertUnwindSafe(body)).is_err());
    panics(&|| {
        let _guard = lock.write();
        resume_unwind(Box::new("writing"));
    });
    panics(&|| {
        let _guard = lock.read();
        resume_unwind(Box::new("reading"));
    });
    assert!(lock.try_write().is_some(), "a panic left the lock taken");
}
