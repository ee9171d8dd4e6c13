//! A thread waits for what nobody does any more: a notification, a message, room in a channel, an initialisation.

use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread;

type Answer = Arc<(Mutex<Option<u32>>, Condvar)>;

fn wait_for(answer: &Answer) -> Option<u32> {
    let (slot, changed) = &**answer;
    *changed.wait_while(slot.lock().unwrap(), |slot| slot.is_none()).unwrap()
}

/// Who should notify leaves early.
///
/// Must fail: a deadlock.
pub fn never_notified() {
    let answer = Answer::default();
    let theirs = Arc::clone(&answer);
    let worker = thread::spawn(move || {
        let number: u32 = "seven".parse().map_err(drop)?;
        *theirs.0.lock().unwrap() = Some(number);
        theirs.1.notify_one();
        Ok::<_, ()>(())
    });
    let _ = wait_for(&answer);
    let _ = worker.join().unwrap();
}

/// It notifies whatever came of it.
pub fn never_notified_mended() {
    let answer = Answer::default();
    let theirs = Arc::clone(&answer);
    let worker = thread::spawn(move || {
        let number = "seven".parse().unwrap_or(0);
        *theirs.0.lock().unwrap() = Some(number);
        theirs.1.notify_one();
    });
    assert_eq!(wait_for(&answer), Some(0));
    worker.join().unwrap();
}

/// Who receives until all senders are gone has one itself.
///
/// Must fail: a deadlock.
pub fn own_sender() {
    let (sender, receiver) = channel();
    let theirs = sender.clone();
    let worker = thread::spawn(move || theirs.send(7).unwrap());
    assert_eq!(receiver.iter().sum::<u32>(), 7);
    worker.join().unwrap();
    drop(sender);
}

/// It gives its own away.
pub fn own_sender_mended() {
    let (sender, receiver) = channel();
    let worker = thread::spawn(move || sender.send(7).unwrap());
    assert_eq!(receiver.iter().sum::<u32>(), 7);
    worker.join().unwrap();
}

/// Who sends has a lock, and who would make room wants it.
///
/// Must fail: a deadlock.
pub fn full_channel() {
    let sent = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&sent);
    let (sender, receiver) = sync_channel(1);
    let producer = thread::spawn(move || {
        for number in 0..2 {
            let mut sent = theirs.lock().unwrap();
            sender.send(number).unwrap();
            *sent += 1;
        }
    });
    loop {
        let seen = *sent.lock().unwrap();
        if receiver.recv().is_err() {
            assert_eq!(seen, 2);
            break;
        }
    }
    producer.join().unwrap();
}

/// The lock is taken when the message has been sent.
pub fn full_channel_mended() {
    let sent = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&sent);
    let (sender, receiver) = sync_channel(1);
    let producer = thread::spawn(move || {
        for number in 0..2 {
            sender.send(number).unwrap();
            *theirs.lock().unwrap() += 1;
        }
    });
    while receiver.recv().is_ok() {
        assert!(*sent.lock().unwrap() <= 2);
    }
    producer.join().unwrap();
    assert_eq!(*sent.lock().unwrap(), 2);
}

/// What initialises a value asks for it.
///
/// Must fail: a deadlock.
pub fn initialised_by_itself() {
    let number: OnceLock<u32> = OnceLock::new();
    let theirs = &number;
    theirs.get_or_init(|| theirs.get_or_init(|| 6) + 1);
}

/// It knows what it needs.
pub fn initialised_by_itself_mended() {
    let number: OnceLock<u32> = OnceLock::new();
    assert_eq!(*number.get_or_init(|| 6 + 1), 7);
}
