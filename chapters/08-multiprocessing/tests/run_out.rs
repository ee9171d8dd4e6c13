//! The system's means run out, or the other end is bad: an error that says so,
//! nothing mixed up, and what is possible afterwards works.
//!
//! Each scene has a process of its own, whose limits are lowered.

#[path = "support/limits.rs"]
mod limits;
#[path = "support/trials.rs"]
mod trials;

use ch08_multiprocessing::{
    Connection, Descriptor, Lock, Message, Process, RecvError, SendError, StartError,
    active_children, pipe,
};
use limits::{PATIENCE, alone, causes, fill_descriptors, is_out_of_descriptors, lower_descriptors};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

fn main() {
    trials::run([
        ("descriptors_that_do_not_fit_end_the_connection", || alone(descriptors_lost)),
        ("so_do_those_of_a_second_batch", || alone(second_batch)),
        ("surplus_descriptors_belong_to_no_later_value", || alone(surplus)),
        ("a_descriptor_that_cannot_be_copied_leaves_the_connection_whole", || alone(no_copy)),
        ("children_that_ended_make_room_for_others", || alone(ended_children)),
        ("children_that_ended_make_room_for_a_pipe_and_a_lock", || alone(ended_children_otherwise)),
        ("a_process_that_cannot_start_says_why_and_leaves_nothing", || alone(no_start)),
        ("arguments_of_four_gigabytes_are_refused_at_once", four_gigabytes),
        ("half_a_value_is_waited_for_no_longer_than_asked", half_a_value),
        ("a_header_that_lies_takes_no_memory", lying_header),
        ("a_receiver_that_goes_away_in_the_middle_is_an_error", gone_in_the_middle),
    ]);
}

fn named(text: &str) -> Descriptor {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    Descriptor::from(OwnedFd::from(reader))
}

fn text_of(descriptor: Descriptor) -> String {
    let mut text = String::new();
    File::from(descriptor).read_to_string(&mut text).unwrap();
    text
}

/// Whatever happens, no value may come with another's open file.
fn nothing_else_arrives(mut a: Connection, mut b: Connection) {
    for name in ["B1", "B2"] {
        let sent = a.send(&named(name));
        assert!(matches!(sent, Err(SendError::Closed)), "{sent:?}");
        let received = b.recv_timeout::<Descriptor>(PATIENCE);
        assert!(matches!(received, Err(RecvError::DescriptorsLost)), "{received:?}");
    }
    // The other direction is not concerned.
    b.send(&named("C")).unwrap();
    assert_eq!(text_of(a.recv().unwrap()), "C");
}

fn descriptors_lost(_: ()) {
    lower_descriptors(64);
    for room in 0..3 {
        let (mut a, mut b) = pipe().unwrap();
        a.send(&(named("A1"), named("A2"), named("A3"))).unwrap();
        let mut files = fill_descriptors();
        files.truncate(files.len() - room);
        let lost = b.recv::<(Descriptor, Descriptor, Descriptor)>().unwrap_err();
        assert!(matches!(lost, RecvError::DescriptorsLost), "{lost:?}");
        assert!(lost.to_string().contains("ulimit -n"), "{lost}");
        drop(files);
        nothing_else_arrives(a, b);
    }
}

fn second_batch(_: ()) {
    lower_descriptors(1024);
    let (mut a, mut b) = pipe().unwrap();
    let many: Vec<Descriptor> = (0..300).map(|_| named("x")).collect();
    a.send(&many).unwrap();
    drop(many);
    let mut files = fill_descriptors();
    files.truncate(files.len() - 280);
    let lost = b.recv::<Vec<Descriptor>>().unwrap_err();
    assert!(matches!(lost, RecvError::DescriptorsLost), "{lost:?}");
    drop(files);
    nothing_else_arrives(a, b);
}

/// Sends a frame by hand, with more descriptors than it says.
fn surplus(_: ()) {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    let mut frame = vec![1, 0, 0, 0, 0, 0, 0, 0];
    frame.extend(Message::encode(&5_u8).unwrap().bytes());
    let stray = named("stray");
    let stray = [stray.as_fd()];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&stray)));
    let parts = [std::io::IoSlice::new(&frame)];
    sendmsg(&ours, &parts, &mut control, SendFlags::empty()).unwrap();
    assert_eq!(receiver.recv::<u8>().unwrap(), 5);
    Connection::from(OwnedFd::from(ours)).send(&named("its own")).unwrap();
    assert_eq!(text_of(receiver.recv().unwrap()), "its own");
}

fn no_copy(_: ()) {
    lower_descriptors(64);
    let (mut a, mut b) = pipe().unwrap();
    let file = named("A");
    let files = fill_descriptors();
    let error = a.send(&file).unwrap_err();
    assert!(error.nothing_was_sent());
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    let error = a.send(&b).unwrap_err();
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    a.send(&1).unwrap();
    drop(files);
    a.send(&file).unwrap();
    assert_eq!(b.recv::<i32>().unwrap(), 1);
    assert_eq!(text_of(b.recv().unwrap()), "A");
}

fn end_with_it(mut connection: Connection) {
    let _ = connection.recv::<()>();
}

/// As many children as there can be, which end when the connection is dropped;
/// their handles are dropped at once.
fn children() -> (usize, Connection, StartError) {
    let (ours, theirs) = pipe().unwrap();
    let mut count = 0;
    loop {
        let copy = Message::encode(&theirs).map(|message| message.decode::<Connection>());
        let started = match copy {
            Ok(copy) => Process::new(end_with_it, copy.unwrap()).start(),
            Err(error) => Err(StartError::Arguments(error)),
        };
        match started {
            Ok(_) => count += 1,
            Err(error) => return (count, ours, error),
        }
    }
}

/// Waits until all have ended, and leaves them uncollected.
fn all_end(all: Connection) {
    let sentinels: Vec<_> = active_children();
    drop(all);
    for child in sentinels {
        use rustix::event::{PollFd, PollFlags, poll};
        let sentinel = child.sentinel();
        poll(&mut [PollFd::new(&sentinel, PollFlags::IN)], None).unwrap();
    }
}

fn ended_children(_: ()) {
    lower_descriptors(40);
    let (count, all, error) = children();
    assert!(count > 10, "{count}");
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    all_end(all);
    for _ in 0..3 {
        let child = Process::new(drop, ()).start().unwrap();
        assert_eq!(child.join().unwrap(), 0);
    }
}

fn ended_children_otherwise(_: ()) {
    lower_descriptors(40);
    for attempt in 0..2 {
        let (_, all, _) = children();
        all_end(all);
        let files = fill_descriptors();
        if attempt == 0 {
            let (mut a, mut b) = pipe().unwrap();
            a.send(&1).unwrap();
            assert_eq!(b.recv::<i32>().unwrap(), 1);
        } else {
            drop(Lock::new().unwrap().lock().unwrap());
        }
        drop(files);
    }
}

fn no_start(_: ()) {
    lower_descriptors(64);
    for left in 0..8 {
        let mut files = fill_descriptors();
        files.truncate(files.len() - left);
        match Process::new(drop, ()).daemon(true).start() {
            Ok(child) => assert_eq!(child.join().unwrap(), 0),
            Err(error) => assert!(is_out_of_descriptors(&error), "{}", causes(&error)),
        }
        assert!(active_children().is_empty());
    }
    assert_eq!(Process::new(drop, ()).start().unwrap().join().unwrap(), 0);
}

fn take(_: serde_bytes::ByteBuf) {}

fn four_gigabytes() {
    // Zeros that nobody touches take no memory.
    let large = serde_bytes::ByteBuf::from(vec![0; (4 << 30) + 4]);
    let error = Process::new(take, large).start().unwrap_err();
    assert!(matches!(error, StartError::Arguments(_)), "{error:?}");
    assert!(causes(&error).contains("less than 4 GiB"), "{}", causes(&error));
}

fn half_a_value() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    let message = Message::encode("a text that comes in halves").unwrap();
    let mut frame = (message.bytes().len() as u64).to_le_bytes().to_vec();
    frame.extend(message.bytes());
    for byte in &frame {
        let early = receiver.recv_timeout::<String>(Duration::from_micros(1)).unwrap();
        assert_eq!(early, None);
        (&ours).write_all(&[*byte]).unwrap();
    }
    let text = receiver.recv_timeout::<String>(PATIENCE).unwrap();
    assert_eq!(text.unwrap(), "a text that comes in halves");
    (&ours).write_all(&frame[..9]).unwrap();
    drop(ours);
    let end = receiver.recv_timeout::<String>(PATIENCE);
    assert!(matches!(end, Err(RecvError::Truncated)), "{end:?}");
}

fn lying_header() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    (&ours).write_all(&[255; 8]).unwrap();
    assert_eq!(receiver.recv_timeout::<u8>(Duration::ZERO).unwrap(), None);
    drop(ours);
    assert!(matches!(receiver.recv::<u8>(), Err(RecvError::Truncated)));

    // One descriptor is announced, and none comes.
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    (&ours).write_all(&[1, 0, 0, 0, 1, 0, 0, 0, 0]).unwrap();
    assert!(matches!(receiver.recv::<u8>(), Err(RecvError::Truncated)));
}

fn gone_in_the_middle() {
    let (mut a, b) = pipe().unwrap();
    let sender = std::thread::spawn(move || {
        let first = a.send(&vec![0_u8; 16 << 20]);
        (first, a.send(&1))
    });
    use rustix::event::{PollFd, PollFlags, poll};
    poll(&mut [PollFd::new(&b, PollFlags::IN)], None).unwrap();
    drop(b);
    let (first, second) = sender.join().unwrap();
    assert!(matches!(first, Err(SendError::Closed)), "{first:?}");
    assert!(matches!(second, Err(SendError::Closed)), "{second:?}");
}
