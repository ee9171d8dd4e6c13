//! The system's means run out, or the other end is bad: an error that says so,
//! nothing mixed up, and what is possible afterwards works.
//!
//! Each scene has a process of its own, whose limits are lowered.

use ch08_multiprocessing::{
    Barrier, Condition, Connection, Descriptor, Event, Lock, Message, Process, Queue, RecvError,
    Semaphore, SendError, StartError, StartMethod, active_children, pipe,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;
use test_support::limits::{
    self, PATIENCE, causes, fill_descriptors, is_out_of_descriptors, lower_descriptors,
};
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("descriptors_that_do_not_fit_end_the_connection", || alone(descriptors_lost)),
            ("so_do_those_of_a_second_batch", || alone(second_batch)),
            ("surplus_descriptors_belong_to_no_later_value", || alone(surplus)),
            ("a_descriptor_that_cannot_be_copied_leaves_the_connection_whole", || alone(no_copy)),
            ("children_that_ended_make_room_for_others", || alone(ended_children)),
            ("children_that_ended_make_room_for_a_pipe_and_a_lock", || {
                alone(ended_children_otherwise)
            }),
            ("a_process_that_cannot_start_says_why_and_leaves_nothing", || alone(no_start)),
            ("arguments_of_four_gigabytes_are_refused_at_once", four_gigabytes),
            ("thousands_of_locks_and_events_need_few_descriptors", || alone(thousands)),
            ("small_pieces_do_not_overlap", || alone(apart)),
            ("a_forked_copy_has_places_of_its_own", || alone(forked)),
            ("shared_memory_larger_than_a_file_may_be", || alone(no_large_files)),
            ("memory_that_is_none_is_refused_with_the_reason", || alone(no_memory)),
            ("half_a_value_is_waited_for_no_longer_than_asked", half_a_value),
            ("a_header_that_lies_takes_no_memory", lying_header),
            ("a_receiver_that_goes_away_in_the_middle_is_an_error", gone_in_the_middle),
        ],
    );
}

/// Plays the scene in a process of its own, whose limits it may lower. A panic
/// in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
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

fn send_with(socket: &UnixStream, frame: &[u8], file: &Descriptor) {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    let file = [file.as_fd()];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&file)));
    let parts = [std::io::IoSlice::new(frame)];
    sendmsg(socket, &parts, &mut control, SendFlags::empty()).unwrap();
}

/// Sends a frame by hand, with more descriptors than it says.
fn surplus(_: ()) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    let mut frame = vec![1, 0, 0, 0, 0, 0, 0, 0];
    frame.extend(Message::encode(&5_u8).unwrap().bytes());
    send_with(&ours, &frame, &named("stray"));
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

fn lock_last(locks: Vec<(Lock, Event)>) -> i32 {
    let (lock, event) = locks.last().unwrap();
    let _guard = lock.lock().unwrap();
    event.set();
    locks.len() as i32 / 100
}

fn thousands(_: ()) {
    lower_descriptors(64);
    let before = limits::descriptors();
    let pair = || (Lock::new().unwrap(), Event::new().unwrap());
    let locks: Vec<(Lock, Event)> = (0..5000).map(|_| pair()).collect();
    assert!(limits::descriptors() < before + 16, "{}", limits::descriptors());
    let guards: Vec<_> = locks.iter().map(|(lock, _)| lock.try_lock().unwrap()).collect();
    drop(guards);
    // All in one message, to this process and to another.
    let (mut a, mut b) = pipe().unwrap();
    let (sender, copy) =
        (locks.clone(), std::thread::spawn(move || b.recv::<Vec<(Lock, Event)>>()));
    a.send(&sender).unwrap();
    let same = copy.join().unwrap().unwrap();
    assert!(limits::descriptors() < before + 18, "they are mapped once");
    let guard = same[4999].0.lock().unwrap();
    assert!(locks[4999].0.is_locked() && !locks[4998].0.is_locked());
    drop(guard);
    let child = Process::new(lock_last, locks.clone()).start().unwrap();
    assert_eq!(child.join().unwrap(), 50);
    assert!(locks[4999].1.is_set() && !locks[0].1.is_set());
    drop((locks, same, sender, a, child));
    active_children();
    assert_eq!(limits::descriptors(), before);
}

fn apart(_: ()) {
    let semaphores: Vec<_> = (0..200).map(|n| Semaphore::new(n).unwrap()).collect();
    let barriers: Vec<_> = (1..50).map(|n| Barrier::new(n).unwrap()).collect();
    let conditions: Vec<_> = (0..50).map(|_| Condition::new().unwrap()).collect();
    let queues: Vec<_> = (0..5).map(|n| Queue::<u32>::new(n).unwrap()).collect();
    for (n, semaphore) in semaphores.iter().enumerate().step_by(2) {
        (0..n).for_each(|_| semaphore.acquire());
    }
    for (n, queue) in queues.iter().enumerate() {
        queue.try_put(&(n as u32)).unwrap();
    }
    let held = conditions.iter().step_by(2).map(|c| c.lock().unwrap()).collect::<Vec<_>>();
    for (n, semaphore) in semaphores.iter().enumerate() {
        assert_eq!(semaphore.available(), if n % 2 == 0 { 0 } else { n as u32 });
    }
    for (n, barrier) in barriers.iter().enumerate() {
        assert_eq!((barrier.parties(), barrier.waiting()), (n as u32 + 1, 0));
    }
    for (n, condition) in conditions.iter().enumerate() {
        assert_eq!(condition.underlying().is_locked(), n % 2 == 0);
    }
    for (n, queue) in queues.iter().enumerate() {
        assert_eq!((queue.capacity() as usize, queue.try_get().unwrap()), (n, Some(n as u32)));
    }
    drop(held);
}

fn make_more((old, mut main): (Lock, Connection)) {
    let mine: Vec<Lock> = (0..20).map(|_| Lock::new().unwrap()).collect();
    let _guards: Vec<_> = mine.iter().map(|lock| lock.lock().unwrap()).collect();
    let _old = old.lock().unwrap();
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
}

fn forked(_: ()) {
    let old = Lock::new().unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(make_more, (old.clone(), theirs)).method(StartMethod::Fork);
    let child = child.allow_threads().start().unwrap();
    ours.recv::<()>().unwrap();
    let new: Vec<Lock> = (0..20).map(|_| Lock::new().unwrap()).collect();
    assert!(new.iter().all(|lock| !lock.is_locked()), "these are not the child's");
    assert!(old.is_locked());
    // To drop it would not do: the child has a copy.
    ours.send(&()).unwrap();
    assert_eq!(child.join().unwrap(), 0);
}

fn no_large_files(_: ()) {
    let limit = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: Some(4096), ..limit }).unwrap();
    for error in [Lock::new().map(drop), Queue::<u8>::new(0).map(drop)] {
        assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::EFBIG));
    }
    setrlimit(Resource::Fsize, limit).unwrap();
    drop(Lock::new().unwrap().lock().unwrap());
}

/// What a receiver says of this file, sent as the memory of a lock.
fn as_a_lock(file: &Descriptor, at: &[u8]) -> String {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut receiver = Connection::from(OwnedFd::from(theirs));
    let mut frame = vec![1 + at.len() as u8, 0, 0, 0, 1, 0, 0, 0, 0];
    frame.extend(at);
    send_with(&ours, &frame, file);
    causes(&receiver.recv::<Lock>().unwrap_err())
}

fn no_memory(_: ()) {
    let flags = rustix::fs::MemfdFlags::ALLOW_SEALING;
    let file = Descriptor::from(rustix::fs::memfd_create("other", flags).unwrap());
    rustix::fs::ftruncate(&file, 4096).unwrap();
    assert!(as_a_lock(&file, &[0]).contains("could shrink"));
    assert!(as_a_lock(&named("a pipe"), &[0]).contains("Invalid argument"));
    let all = rustix::fs::SealFlags::SHRINK | rustix::fs::SealFlags::GROW;
    rustix::fs::fcntl_add_seals(&file, all | rustix::fs::SealFlags::SEAL).unwrap();
    // Nothing of ours; not aligned; beyond the end.
    for at in [&[0][..], &[1], &[64], &[128, 32], &[255, 255, 255, 255, 15]] {
        let error = as_a_lock(&file, at);
        assert!(error.contains("not of this library"), "{at:?}: {error}");
    }
}
