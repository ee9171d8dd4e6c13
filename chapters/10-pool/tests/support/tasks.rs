//! Tasks that say who does them, and wait.

use ch08_multiprocessing::{Connection, pipe};
use ch10_pool::{AsyncResult, Pool};
use std::time::Duration;

/// After this long without an answer a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn process_id(_: ()) -> u32 {
    std::process::id()
}

/// Says that it runs, then waits for the end of the connection.
pub fn announce_and_wait(mut connection: Connection) {
    connection.send(&std::process::id()).unwrap();
    while connection.recv::<()>().is_ok() {}
}

/// A task that runs until the connection is dropped, and its worker's id.
pub fn running(pool: &Pool) -> (Connection, u32, AsyncResult<()>) {
    let (mut ours, theirs) = pipe().unwrap();
    let result = pool.apply_async(announce_and_wait, theirs);
    let pid = ours.recv_timeout(PATIENCE).unwrap().expect("it says that it runs");
    (ours, pid, result)
}
