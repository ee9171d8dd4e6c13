//! From within something: the end of a thread, an item on its way, a lock that is held already.

use crate::end_with;
use ch08_multiprocessing::{Condition, Connection, Event, Lock, Message, Process, Queue, pipe};
use serde::{Deserialize, Serialize, Serializer};
use std::cell::RefCell;
use std::thread;
use test_support::limits::PATIENCE;

/// Says something at its end.
struct LastWords {
    connection: Connection,
    queue: Queue<String>,
    event: Event,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        let copy: Event = Message::encode(&self.event).unwrap().decode().unwrap();
        copy.set();
        assert!(Message::encode(&RefuseMe).is_err());
        self.queue.put(&"the end".to_owned()).unwrap();
        drop(Lock::new().unwrap().lock().unwrap());
        let child = Process::new(end_with, 7).start().unwrap();
        self.connection.send(&child.join().unwrap()).unwrap();
    }
}

struct RefuseMe;

impl Serialize for RefuseMe {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(ch08_multiprocessing::Reason::new("why").keep()))
    }
}

thread_local! {
    static LAST: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

pub fn last_words() {
    let (connection, mut theirs) = pipe().unwrap();
    let (queue, event) = (Queue::new(1).unwrap(), Event::new().unwrap());
    let last = LastWords { connection, queue: queue.clone(), event: event.clone() };
    thread::spawn(move || {
        // What the library has for a thread is made after this, and so goes before it.
        LAST.set(Some(last));
        drop(Message::encode(&Lock::new().unwrap()).unwrap().decode::<Lock>().unwrap());
        assert!(Message::encode(&RefuseMe).is_err());
    })
    .join()
    .unwrap();
    assert_eq!(theirs.recv_timeout::<i32>(PATIENCE).unwrap(), Some(7));
    assert_eq!(queue.try_get().unwrap().as_deref(), Some("the end"));
    assert!(event.is_set());
}

#[derive(Deserialize)]
#[serde(from = "u8")]
struct Puts(u8, Option<Queue<Puts>>);

impl From<u8> for Puts {
    fn from(number: u8) -> Puts {
        Puts(number, None)
    }
}

impl Serialize for Puts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(queue) = &self.1 {
            queue.put(&Puts(self.0 + 1, None)).unwrap();
        }
        self.0.serialize(serializer)
    }
}

pub fn item_puts() {
    let queue = Queue::<Puts>::new(2).unwrap();
    queue.put(&Puts(1, Some(queue.clone()))).unwrap();
    let got = [queue.get().unwrap().0, queue.get().unwrap().0];
    assert_eq!((got, queue.len()), ([2, 1], 0));
}

pub fn held_twice() {
    let condition = Condition::new().unwrap();
    let outer = condition.lock().unwrap();
    let inner = condition.lock().unwrap();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            // It comes in while the first waits.
            assert_eq!(condition.lock_timeout(PATIENCE).unwrap().notify_all(), 1);
        });
        let (inner, notified) = inner.wait_timeout(PATIENCE).unwrap();
        assert!(notified);
        other.join().unwrap();
        drop(inner);
        // Still held, once.
        scope.spawn(|| assert!(condition.try_lock().is_err())).join().unwrap();
    });
    drop(outer);
    thread::scope(|scope| {
        scope.spawn(|| assert!(condition.try_lock().is_ok()));
    });
}
