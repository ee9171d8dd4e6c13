use lib::sync::mpsc::{channel, sync_channel};
use lib::thread;
use std::sync::Arc;
use std::time::Duration;

pub fn observed() -> Vec<String> {
    let mut all = Vec::new();
    let (sender, receiver) = channel();
    all.push(format!("{sender:?} {receiver:?} {:?}", receiver.try_recv()));
    all.push(format!("{:?}", receiver.recv_timeout(Duration::from_millis(1))));
    let other = sender.clone();
    (0..3).for_each(|message| sender.send(message).unwrap());
    drop(sender);
    all.push(format!("{:?} {:?}", receiver.recv(), receiver.try_iter().collect::<Vec<_>>()));
    thread::spawn(move || other.send(9).unwrap()).join().unwrap();
    all.push(format!("{:?}", receiver.iter().collect::<Vec<_>>()));
    all.push(format!("{:?} {:?}", receiver.try_recv(), receiver.recv()));
    all.push(format!("{:?}", receiver.recv_timeout(Duration::ZERO)));

    let (sender, receiver) = sync_channel(2);
    all.push(format!(
        "{sender:?} {:?} {:?} {:?}",
        sender.try_send(1),
        sender.send(2),
        sender.try_send(3)
    ));
    let mut two = Vec::new();
    for message in &receiver {
        two.push(message);
        if two.len() == 2 {
            break;
        }
    }
    all.push(format!("{two:?}"));
    let thread = thread::spawn(move || receiver.into_iter().collect::<Vec<_>>());
    (0..10).for_each(|message| sender.send(message).unwrap());
    drop(sender);
    all.push(format!("{:?}", thread.join().unwrap()));

    let (sender, receiver) = sync_channel(0);
    all.push(format!("{:?}", sender.try_send(1)));
    let thread = thread::spawn(move || receiver.recv());
    sender.send(7).unwrap();
    all.push(format!("{:?} {:?} {:?}", thread.join().unwrap(), sender.send(8), sender.try_send(9)));

    // What nobody received is dropped with the channel.
    let message = Arc::new(());
    let (sender, receiver) = channel();
    sender.send(Arc::clone(&message)).unwrap();
    drop(receiver);
    all.push(format!(
        "{} {:?}",
        Arc::strong_count(&message),
        sender.send(Arc::clone(&message)).is_err()
    ));
    drop(sender);
    all.push(format!("{}", Arc::strong_count(&message)));
    all
}
