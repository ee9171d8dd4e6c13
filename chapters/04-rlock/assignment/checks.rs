//! What a readers-writer lock with writer preference must do.

use judge::drawn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use student::WriterFirst;

const SECOND: Duration = Duration::from_secs(1);

/// Comes back when every other thread waits: on the explorer's clock time passes only then.
fn until_all_others_wait() {
    thread::park_timeout(SECOND);
}

/// Who is in, checked at each coming and going; and a sum that is right if whoever writes is alone.
#[derive(Default)]
struct Room {
    readers: AtomicUsize,
    writers: AtomicUsize,
    sum: AtomicU64,
}

impl Room {
    fn read(&self) {
        self.readers.fetch_add(1, Ordering::SeqCst);
        assert_eq!(self.writers.load(Ordering::SeqCst), 0, "a reader came in beside a writer");
        self.readers.fetch_sub(1, Ordering::SeqCst);
    }

    fn write(&self, number: u64) {
        let others = self.writers.fetch_add(1, Ordering::SeqCst);
        assert_eq!(others, 0, "two writers are in");
        assert_eq!(self.readers.load(Ordering::SeqCst), 0, "a writer came in beside a reader");
        let sum = self.sum.load(Ordering::Relaxed);
        self.sum.store(sum + number, Ordering::Relaxed);
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
    // In whatever order they come and go.
    let (mut readers, mut writer) = (Vec::new(), None);
    let (mut answers, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        match drawn(0..4) {
            0 => {
                expected.push(writer.is_none());
                let reader = lock.try_read();
                answers.push(reader.is_some());
                readers.extend(reader);
            }
            1 => {
                expected.push(writer.is_none() && readers.is_empty());
                let another = lock.try_write();
                answers.push(another.is_some());
                writer = another.or(writer);
            }
            2 => drop(readers.pop()),
            _ => writer = None,
        }
    }
    assert_eq!(answers, expected, "who was let in, of those who came one after the other");
}

/// Two writers and a reader: whoever writes is alone.
pub fn a_writer_is_alone() {
    let (lock, room) = (WriterFirst::new(), Room::default());
    let numbers = [(); 2].map(|()| drawn(1..1000));
    thread::scope(|scope| {
        for number in numbers {
            let (lock, room) = (&lock, &room);
            scope.spawn(move || {
                let _guard = lock.write();
                room.write(number);
            });
        }
        let _guard = lock.read();
        room.read();
    });
    assert_eq!(room.sum.into_inner(), numbers.iter().sum::<u64>(), "what one wrote is lost");
}

/// One writer and two readers: nobody stays behind.
pub fn everybody_comes_in() {
    let (lock, room) = (WriterFirst::new(), Room::default());
    let number = drawn(1..1000);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = lock.write();
            room.write(number);
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let _guard = lock.read();
                room.read();
            });
        }
    });
    assert_eq!(room.sum.into_inner(), number, "nobody wrote");
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
    let (reader, next) = (drawn(0..1000), drawn(1000..2000));
    thread::scope(|scope| {
        let writer = lock.write();
        scope.spawn(|| {
            let _guard = lock.read();
            order.lock().unwrap().push(reader);
        });
        scope.spawn(|| {
            let _guard = lock.write();
            order.lock().unwrap().push(next);
        });
        until_all_others_wait();
        drop(writer);
    });
    let order = order.into_inner().unwrap();
    assert_eq!(order, [next, reader], "{next} is the writer's");
}

/// All readers that wait for a writer come in together when it leaves.
pub fn all_readers_are_let_in() {
    let lock = WriterFirst::new();
    let numbers = [(); 2].map(|()| drawn(1..1000));
    let (inside, all) = (AtomicU64::new(0), numbers.iter().sum::<u64>());
    thread::scope(|scope| {
        let writer = lock.write();
        for number in numbers {
            let (lock, inside) = (&lock, &inside);
            scope.spawn(move || {
                let _guard = lock.read();
                inside.fetch_add(number, Ordering::SeqCst);
                until_all_others_wait();
                assert_eq!(inside.load(Ordering::SeqCst), all, "a reader was left outside");
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
