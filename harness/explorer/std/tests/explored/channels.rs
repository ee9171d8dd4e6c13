//! `mpsc`: order, capacity, rendezvous, time-outs, and what the end of one side tells the other.

use explore_std::sync::mpsc::{
    RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel,
};
use explore_std::thread;
use explore_std::time::Duration;

use crate::{config, expect, expect_with, shown};

#[test]
fn one_senders_messages_keep_their_order() {
    expect(&["[1, 2, 3]"], || {
        let (sender, receiver) = channel();
        let thread =
            thread::spawn(move || (1..=3).for_each(|message| sender.send(message).unwrap()));
        let all: Vec<i32> = receiver.iter().collect();
        thread.join().unwrap();
        format!("{all:?}")
    });
}

#[test]
fn two_senders_messages_come_in_every_order_that_keeps_theirs() {
    expect(&["aAbB", "aABb", "abAB", "AaBb", "AabB", "ABab"], || {
        let (sender, receiver) = channel();
        let other = sender.clone();
        let threads = [
            thread::spawn(move || ["a", "b"].map(|message| sender.send(message).unwrap())),
            thread::spawn(move || ["A", "B"].map(|message| other.send(message).unwrap())),
        ];
        let all: String = receiver.into_iter().collect();
        threads.into_iter().for_each(|thread| assert!(thread.join().is_ok()));
        all
    });
}

#[test]
fn try_recv_tells_empty_from_disconnected() {
    expect(&["Empty, then 1", "1, then Empty", "1, then Disconnected"], || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || sender.send(1).unwrap());
        let first = shown(receiver.try_recv());
        let then =
            if first == "Empty" { shown(receiver.recv()) } else { shown(receiver.try_recv()) };
        thread.join().unwrap();
        // After the last message, and only then, the channel is known to be closed.
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
        format!("{first}, then {then}")
    });
}

#[test]
fn a_full_channel_makes_its_sender_wait() {
    // The second send comes after the receive, so the third message is never there early.
    expect(&["1 then 2", "1 then nothing yet"], || {
        let (sender, receiver) = sync_channel(1);
        sender.send(1).unwrap();
        assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
        let thread = thread::spawn(move || sender.send(2).unwrap());
        let first = receiver.recv().unwrap();
        let outcome = match receiver.try_recv() {
            Ok(second) => format!("{first} then {second}"),
            Err(_) => format!("{first} then nothing yet"),
        };
        thread.join().unwrap();
        outcome
    });
}

#[test]
fn a_send_that_nobody_receives_deadlocks_when_full() {
    let outcome = expect(&["failed: deadlock: main waits for room in the Channel"], || {
        let (sender, _receiver) = sync_channel(1);
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        "never".to_owned()
    });
    assert!(outcome.is_failed());
}

#[test]
fn a_rendezvous_ends_the_send_only_when_the_message_is_taken() {
    expect(&["taken"], || {
        let (sender, receiver) = sync_channel(0);
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            sender.send(()).unwrap();
            tell.send(()).unwrap();
        });
        assert_eq!(told.try_recv(), Err(TryRecvError::Empty));
        receiver.recv().unwrap();
        told.recv().unwrap();
        thread.join().unwrap();
        "taken".to_owned()
    });
}

#[test]
fn try_send_at_a_rendezvous_needs_a_waiting_receiver() {
    expect(&["Full", "sent"], || {
        let (sender, receiver) = sync_channel(0);
        let thread = thread::spawn(move || receiver.recv());
        let outcome = match sender.try_send(1) {
            Ok(()) => "sent",
            Err(TrySendError::Full(1)) => "Full",
            Err(other) => panic!("{other:?}"),
        };
        drop(sender);
        assert_eq!(thread.join().unwrap().is_ok(), outcome == "sent");
        outcome.to_owned()
    });
}

#[test]
fn a_receiver_that_leaves_gives_the_message_back() {
    expect(&["Disconnected(1)", "Ok(())"], || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || drop(receiver));
        let outcome = match sender.send(1) {
            Ok(()) => "Ok(())".to_owned(),
            Err(unsent) => format!("Disconnected({})", unsent.0),
        };
        thread.join().unwrap();
        assert!(sender.send(2).is_err());
        outcome
    });
    expect(&["given back"], || {
        let (sender, receiver) = sync_channel(0);
        let thread = thread::spawn(move || drop(receiver));
        let unsent = sender.send("given back").unwrap_err();
        thread.join().unwrap();
        unsent.0.to_owned()
    });
}

#[test]
fn a_full_channels_sender_wakes_when_the_receiver_leaves() {
    expect(&["SendError { .. }"], || {
        let (sender, receiver) = sync_channel(1);
        sender.send(1).unwrap();
        let thread = thread::spawn(move || drop(receiver));
        let outcome = shown(sender.send(2));
        thread.join().unwrap();
        outcome
    });
}

#[test]
fn a_receive_that_times_out_does_so_when_nothing_else_can_happen() {
    let scenario = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || sender.send(1).unwrap());
        let outcome = shown(receiver.recv_timeout(Duration::from_secs(1)));
        drop(receiver);
        let _ = thread.join();
        outcome
    };
    expect(&["1"], scenario);
    // If time-outs fire anywhere, the sender may come too late, and find nobody.
    let eager = explore_std::explore::Config { eager_timeouts: true, ..config() };
    let (found, _) = crate::outcomes_with(&eager, scenario);
    assert!(found.contains("1") && found.contains("Timeout"), "{found:?}");
    expect(&["Timeout"], || {
        let (_sender, receiver) = channel::<u8>();
        shown(receiver.recv_timeout(Duration::from_secs(1)))
    });
    expect_with(eager, &["Disconnected", "Timeout"], || {
        let (sender, receiver) = channel::<u8>();
        let thread = thread::spawn(move || drop(sender));
        let outcome = match receiver.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => "Timeout",
            Err(RecvTimeoutError::Disconnected) => "Disconnected",
            Ok(_) => unreachable!("nothing is sent"),
        };
        thread.join().unwrap();
        outcome.to_owned()
    });
}

#[test]
fn messages_that_nobody_received_are_dropped_with_the_receiver() {
    expect(&["dropped"], || {
        let message = std::sync::Arc::new(());
        let (sender, receiver) = channel();
        sender.send(std::sync::Arc::clone(&message)).unwrap();
        drop(receiver);
        assert_eq!(std::sync::Arc::strong_count(&message), 1);
        assert!(sender.send(std::sync::Arc::clone(&message)).is_err());
        "dropped".to_owned()
    });
}

#[test]
fn a_message_brings_along_what_its_sender_did_before() {
    use explore_std::sync::atomic::{AtomicBool, Ordering};
    expect(&["true"], || {
        let flag = AtomicBool::new(false);
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            let flag = &flag;
            scope.spawn(move || {
                flag.store(true, Ordering::Relaxed);
                sender.send(()).unwrap();
            });
            receiver.recv().unwrap();
            flag.load(Ordering::Relaxed).to_string()
        })
    });
}
