//! Ours and the peers under one name: two ends, and something between them.

use ch07_queue::{Queue, correct};
use std::sync::Arc;

/// What a peer calls what this chapter calls a queue.
pub trait Channel {
    type Sender: Clone + Send;
    type Receiver: Send;

    /// With room for so many items.
    fn new(room: usize) -> (Self::Sender, Self::Receiver);
    fn put(sender: &Self::Sender, item: u64);
    /// `None` when there are no more items and will not be.
    fn get(receiver: &Self::Receiver) -> Option<u64>;
    /// No more items.
    fn close(sender: Self::Sender);
}

/// The step that this chapter exports.
pub struct Ours;

impl Channel for Ours {
    type Sender = Arc<Queue<u64>>;
    type Receiver = Arc<Queue<u64>>;

    fn new(room: usize) -> (Self::Sender, Self::Receiver) {
        let queue = Arc::new(Queue::new(room));
        (Arc::clone(&queue), queue)
    }

    fn put(sender: &Self::Sender, item: u64) {
        sender.put(item).expect("not shut down");
    }

    fn get(receiver: &Self::Receiver) -> Option<u64> {
        receiver.get().ok()
    }

    fn close(sender: Self::Sender) {
        sender.shutdown();
    }
}

/// The step before.
pub struct Correct;

impl Channel for Correct {
    type Sender = Arc<correct::Queue<u64>>;
    type Receiver = Arc<correct::Queue<u64>>;

    fn new(room: usize) -> (Self::Sender, Self::Receiver) {
        let queue = Arc::new(correct::Queue::new(room));
        (Arc::clone(&queue), queue)
    }

    fn put(sender: &Self::Sender, item: u64) {
        sender.put(item).expect("not shut down");
    }

    fn get(receiver: &Self::Receiver) -> Option<u64> {
        receiver.get().ok()
    }

    fn close(sender: Self::Sender) {
        sender.shutdown();
    }
}

macro_rules! channel {
    ($(#[$doc:meta])* $name:ident, $sender:ty, $receiver:ty, $bounded:path) => {
        $(#[$doc])*
        pub struct $name;

        impl Channel for $name {
            type Sender = $sender;
            type Receiver = $receiver;

            fn new(room: usize) -> (Self::Sender, Self::Receiver) {
                $bounded(room)
            }

            fn put(sender: &Self::Sender, item: u64) {
                sender.send(item).expect("the receiver is there");
            }

            fn get(receiver: &Self::Receiver) -> Option<u64> {
                receiver.recv().ok()
            }

            fn close(sender: Self::Sender) {
                drop(sender);
            }
        }
    };
}

channel!(
    Crossbeam,
    crossbeam::channel::Sender<u64>,
    crossbeam::channel::Receiver<u64>,
    crossbeam::channel::bounded
);
channel!(Flume, flume::Sender<u64>, flume::Receiver<u64>, flume::bounded);
channel!(Kanal, kanal::Sender<u64>, kanal::Receiver<u64>, kanal::bounded);
channel!(
    /// For one consumer.
    Std,
    std::sync::mpsc::SyncSender<u64>,
    std::sync::mpsc::Receiver<u64>,
    std::sync::mpsc::sync_channel
);
