//! What a channel tells of what others did: what std's orderings say, no more and no less.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicU32, Ordering::Relaxed};
use explore_engine::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use explore_engine::{Config, Explorer, Memory, Outcome, thread};

/// A thread writes, and drops the only sender of a channel with this capacity; the receiver finds that it is gone, if `finds` does, and reads.
fn finds(
    config: Config,
    capacity: Option<usize>,
    finds: impl Fn(Receiver<()>) -> Option<Receiver<()>> + Copy + 'static,
) -> Outcome {
    Explorer::new(config).run("scenario", move || {
        let written = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&written);
        let write = move || theirs.store(1, Relaxed);
        let (other, receiver) = match capacity {
            None => {
                let (sender, receiver) = mpsc::channel();
                (thread::spawn(move || (write(), drop::<mpsc::Sender<()>>(sender))), receiver)
            }
            Some(room) => {
                let (sender, receiver) = mpsc::sync_channel(room);
                (thread::spawn(move || (write(), drop::<mpsc::SyncSender<()>>(sender))), receiver)
            }
        };
        let found = finds(receiver);
        if found.is_some() {
            assert_eq!(written.load(Relaxed), 1);
        }
        other.join().unwrap();
    })
}

type Finds = fn(Receiver<()>) -> Option<Receiver<()>>;

const FINDS: [Finds; 4] = [
    |receiver| receiver.recv().is_err().then_some(receiver),
    |receiver| (receiver.try_recv() == Err(TryRecvError::Disconnected)).then_some(receiver),
    |receiver| {
        let received = receiver.recv_timeout(Duration::from_secs(1));
        (received == Err(RecvTimeoutError::Disconnected)).then_some(receiver)
    },
    |receiver| receiver.iter().next().is_none().then_some(receiver),
];

#[test]
fn who_finds_all_senders_gone_knows_nothing_of_what_they_did() {
    for finder in FINDS {
        for capacity in [None, Some(1)] {
            let outcome = finds(Config::default(), capacity, finder);
            assert!(outcome.is_failed(), "{capacity:?}: {outcome}");
            let all = Config { memory: Memory::SeqCst, ..Config::default() };
            let outcome = finds(all, capacity, finder);
            assert!(outcome.is_proved(), "{capacity:?}: {outcome}");
        }
        // A rendezvous looks under a lock.
        let outcome = finds(Config::default(), Some(0), finder);
        assert!(outcome.is_proved(), "{outcome}");
    }
}

#[test]
fn who_drops_its_receiver_then_knows_all() {
    for capacity in [None, Some(1)] {
        let outcome = finds(Config::default(), capacity, |receiver| {
            let found = receiver.recv().is_err();
            drop(receiver);
            found.then(|| mpsc::channel().1)
        });
        assert!(outcome.is_proved(), "{capacity:?}: {outcome}");
    }
}

#[test]
fn a_message_tells_what_its_sender_did() {
    let outcome = Explorer::default().run("scenario", || {
        let written = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&written);
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || {
            theirs.store(1, Relaxed);
            sender.send(()).unwrap();
        });
        assert_eq!(receiver.iter().count(), 1);
        assert_eq!(written.load(Relaxed), 1);
        other.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn who_gets_the_room_of_a_message_knows_what_its_sender_did() {
    let outcome = Explorer::default().run("scenario", || {
        let written = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&written);
        let (sender, receiver) = mpsc::sync_channel(1);
        let second = sender.clone();
        let first = thread::spawn(move || {
            theirs.store(1, Relaxed);
            sender.send(1).unwrap();
        });
        let second = thread::spawn(move || {
            if second.try_send(2).is_err() {
                second.send(2).unwrap();
                assert_eq!(written.load(Relaxed), 1);
            }
        });
        assert_eq!(receiver.iter().count(), 2);
        first.join().unwrap();
        second.join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_send_knows_of_those_before_it() {
    for capacity in [None, Some(2)] {
        let outcome = Explorer::default().run("scenario", move || {
            let written = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&written);
            let send: Box<dyn Fn(u32) + Send + Sync>;
            let receive: Box<dyn Fn() -> u32>;
            match capacity {
                None => {
                    let (sender, receiver) = mpsc::channel();
                    send = Box::new(move |number| sender.send(number).unwrap());
                    receive = Box::new(move || receiver.recv().unwrap());
                }
                Some(room) => {
                    let (sender, receiver) = mpsc::sync_channel(room);
                    send = Box::new(move |number| sender.send(number).unwrap());
                    receive = Box::new(move || receiver.recv().unwrap());
                }
            }
            let send = Arc::new(send);
            let first = Arc::clone(&send);
            let first = thread::spawn(move || {
                theirs.store(1, Relaxed);
                first(1);
            });
            let second = thread::spawn(move || {
                send(2);
                written.load(Relaxed)
            });
            let first_received = receive();
            receive();
            first.join().unwrap();
            let seen = second.join().unwrap();
            assert!(first_received == 2 || seen == 1);
        });
        assert!(outcome.is_proved(), "{capacity:?}: {outcome}");
    }
}

/// As in std, which has no guard there: the panic leaves the others as they are.
#[test]
fn what_comes_after_a_message_that_panics_when_it_is_destroyed_is_leaked() {
    struct Message(bool, Arc<AtomicU32>);
    impl Drop for Message {
        fn drop(&mut self) {
            self.1.fetch_add(1, Relaxed);
            assert!(!self.0, "not this one");
        }
    }
    for panicking in 0..3 {
        let outcome = Explorer::default().run("scenario", move || {
            let destroyed = Arc::new(AtomicU32::new(0));
            let (sender, receiver) = mpsc::channel();
            for number in 0..3 {
                // From the first that panics on, all would.
                let message = Message(number >= panicking, Arc::clone(&destroyed));
                assert!(sender.send(message).is_ok());
            }
            let drops = std::panic::AssertUnwindSafe(|| drop(receiver));
            assert!(explore_engine::panic::catch_unwind(drops).is_err());
            assert_eq!(destroyed.load(Relaxed), panicking + 1);
        });
        assert!(outcome.is_proved(), "{outcome}");
    }
}
