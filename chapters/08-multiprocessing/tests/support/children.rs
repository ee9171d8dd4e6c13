//! Children that share something with the test, and talk to it.

use ch08_multiprocessing::{Child, Connection, Process, pipe};
use std::time::Duration;

/// After this long without an answer a test fails rather than hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A child that runs `function` with something shared, and how to talk to it.
pub fn child<T>(function: fn((T, Connection)), shared: &T) -> (Child, Connection)
where
    T: Clone + serde::Serialize + serde::de::DeserializeOwned,
{
    let (ours, theirs) = pipe().unwrap();
    (Process::new(function, (shared.clone(), theirs)).start().unwrap(), ours)
}

/// Waits until the child says the number.
pub fn hear(connection: &mut Connection, number: i32) {
    assert_eq!(connection.recv_timeout::<i32>(PATIENCE).unwrap(), Some(number));
}

pub fn end(child: &Child) {
    assert_eq!(child.join_timeout(PATIENCE).unwrap(), Some(0));
}

pub fn kill(child: &Child) {
    child.kill().unwrap();
    assert_eq!(child.join().unwrap(), -9);
}
