//! Who is served when, without processes and without time.

use super::{Origin, State};
use crate::manager::error::RemoteError;
use crate::manager::object::Object;
use crate::manager::protocol::{Call, Reply, Request};
use crate::manager::shared::Registry;
use std::time::{Duration, Instant};

const FOR_EVER: Option<Duration> = None;

/// Connections 1, 2, 3… of as many processes.
struct Scene(State);

impl Scene {
    fn new() -> Scene {
        let mut registry = Registry::default();
        crate::manager::types::register(&mut registry);
        Scene(State::new(registry, 1))
    }

    fn create(&mut self, type_name: &str, arguments: Vec<Object>) -> u64 {
        let type_name = type_name.into();
        self.0.handle(origin(1), Request::Create { type_name, arguments });
        match self.0.replies.pop() {
            Some((1, Reply::One(Ok(Object::Proxy(handle))))) => handle.id,
            other => panic!("{other:?}"),
        }
    }

    fn call(&mut self, connection: u64, id: u64, method: &str, timeout: Option<Duration>) {
        let call = Call { method: method.into(), arguments: Vec::new() };
        self.0.handle(origin(connection), Request::Call { id, call, timeout });
    }

    /// Who got which reply, in order.
    fn replies(&mut self) -> Vec<(u64, Result<Object, RemoteError>)> {
        let one = |(connection, reply)| match reply {
            Reply::One(result) => (connection, result),
            Reply::Many(_) => panic!("nobody asked for a batch"),
        };
        std::mem::take(&mut self.0.replies).into_iter().map(one).collect()
    }
}

fn origin(connection: u64) -> Origin {
    Origin { connection, process: connection.into() }
}

fn yes() -> Result<Object, RemoteError> {
    Ok(true.into())
}

#[test]
fn a_lock_goes_to_whoever_waited_longest() {
    let mut scene = Scene::new();
    let lock = scene.create("Lock", vec![]);
    for connection in 1..=4 {
        scene.call(connection, lock, "acquire", FOR_EVER);
    }
    assert_eq!(scene.replies(), [(1, yes())]);
    scene.call(1, lock, "release", FOR_EVER);
    assert_eq!(scene.replies(), [(1, Ok(Object::None)), (2, yes())]);
    // The next in line is gone, and then the holder.
    scene.0.disconnected(3);
    assert_eq!(scene.replies(), []);
    scene.0.disconnected(2);
    assert_eq!(scene.replies(), [(4, yes())]);
}

#[test]
fn set_and_clear_at_once_wake_all_who_wait() {
    let mut scene = Scene::new();
    let event = scene.create("Event", vec![]);
    scene.call(1, event, "wait", FOR_EVER);
    scene.call(2, event, "wait", FOR_EVER);
    scene.call(3, event, "set", FOR_EVER);
    scene.call(3, event, "clear", FOR_EVER);
    let none = || Ok(Object::None);
    assert_eq!(scene.replies(), [(3, none()), (1, yes()), (2, yes()), (3, none())]);
}

#[test]
fn time_runs_out_for_those_who_said_so_only() {
    let mut scene = Scene::new();
    let queue = scene.create("Queue", vec![0.into()]);
    scene.call(1, queue, "get", Some(Duration::from_secs(100)));
    scene.call(2, queue, "get", FOR_EVER);
    let deadline = scene.0.next_deadline().unwrap();
    scene.0.expire(Instant::now());
    assert_eq!(scene.replies(), []);
    scene.0.expire(deadline);
    assert_eq!(scene.replies(), [(1, Err(RemoteError::Empty))]);
    assert_eq!(scene.0.next_deadline(), None);
}

#[test]
fn a_notified_thread_that_dies_passes_the_notification_on() {
    let mut scene = Scene::new();
    let condition = scene.create("Condition", vec![]);
    for connection in [1, 2] {
        scene.call(connection, condition, "acquire", FOR_EVER);
        scene.call(connection, condition, "wait", FOR_EVER);
    }
    scene.call(3, condition, "acquire", FOR_EVER);
    scene.replies();
    let call = Call { method: "notify".into(), arguments: vec![1.into()] };
    scene.0.handle(origin(3), Request::Call { id: condition, call, timeout: None });
    assert_eq!(scene.replies(), [(3, Ok(Object::None))], "the lock is still held");
    scene.0.disconnected(1);
    scene.call(3, condition, "release", FOR_EVER);
    assert_eq!(scene.replies(), [(3, Ok(Object::None)), (2, yes())]);
}

#[test]
fn who_waits_at_a_barrier_and_dies_breaks_it() {
    let mut scene = Scene::new();
    let barrier = scene.create("Barrier", vec![3.into()]);
    scene.call(1, barrier, "wait", FOR_EVER);
    scene.call(2, barrier, "wait", FOR_EVER);
    scene.0.disconnected(2);
    assert_eq!(scene.replies(), [(1, Err(RemoteError::BrokenBarrier))]);
}

#[test]
fn an_object_that_nobody_refers_to_is_gone() {
    let mut scene = Scene::new();
    let lock = scene.create("Lock", vec![]);
    scene.0.handle(origin(2), Request::Release { id: lock });
    scene.call(2, lock, "is_locked", FOR_EVER);
    assert_eq!(scene.replies(), [(2, Ok(false.into()))], "the reference was not its to release");
    // A third connection, of the same process, goes along with the message.
    let loan = Origin { connection: 7, process: 1 };
    scene.0.handle(loan, Request::Lend { id: lock });
    scene.0.process_ended(1);
    scene.0.handle(origin(2), Request::Adopt { id: lock });
    scene.0.handle(origin(3), Request::Adopt { id: lock });
    scene.0.process_ended(2);
    scene.0.process_ended(3);
    scene.0.handle(origin(2), Request::Adopt { id: lock });
    let none = || Ok(Object::None);
    assert_eq!(scene.replies(), [(7, none()), (2, none()), (3, none()), (2, none())]);
    scene.0.process_ended(2);
    scene.0.disconnected(7);
    scene.0.handle(origin(2), Request::Adopt { id: lock });
    assert_eq!(scene.replies(), [(2, Err(RemoteError::NoObject))]);
    scene.call(3, lock, "is_locked", FOR_EVER);
    assert_eq!(scene.replies(), [(3, Err(RemoteError::NoObject))]);
}
