//! The side of the grader that shares a process with the submission.
//!
//! The process is alone in a jail and runs one check. It gets a key of 32 bytes on descriptor 4 and closes it before any line of the
//! submission runs; it writes one frame, the key and then JSON, to descriptor 3, and ends at once with `_exit`, so that no destructor, no
//! exit handler and no thread of the submission gets another turn. Whatever else the process does proves nothing: an exit code of 0 without
//! a frame is a failure.
//!
//! | module | what lives there |
//! |---|---|
//! | `frame` | what is written |
//! | `panics` | which panics count against the submission, caught or not |
//!
//! The memory is the submission's too. It is compiled without `unsafe` and against a list of harmless names, but the compiler has known
//! holes; an assignment for which that matters has checks of kind `program` as well, which share nothing with it.

mod frame;
pub mod panics;

use explore_engine::{Config, Explorer};
use frame::Frame;
use serde::Deserialize;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

/// What the grader wants: the second argument of the process, as JSON.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Order {
    /// Run the check once, on real threads.
    Run,
    /// Run it in every interleaving.
    Explore {
        /// The bounds.
        config: Box<Config>,
    },
}

/// The `main` of the process: runs the check that the first argument names, as the second says, and ends the process.
///
/// # Panics
///
/// When the process was not started by the grader. The grader then sees no frame.
pub fn main(checks: &[(&str, fn())]) -> ! {
    let mut key = [0_u8; 32];
    // SAFETY: the grader passes the descriptor, nobody else in the process knows of it, and it is closed here.
    let mut keys = unsafe { File::from_raw_fd(4) };
    keys.read_exact(&mut key).expect("descriptor 4 holds the key");
    drop(keys);
    // SAFETY: as above; it is open until the end of the process.
    let mut verdicts = unsafe { File::from_raw_fd(3) };

    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().expect("the first argument names the check");
    let order = arguments.next().expect("the second argument says how to run it");
    let order: Order = serde_json::from_str(&order).expect("the second argument is an order");
    let (_, check) = checks.iter().find(|(other, _)| *other == name).expect("the check exists");

    let frame = judge(&name, *check, order);
    let mut bytes = key.to_vec();
    bytes.extend(serde_json::to_vec(&frame).expect("plain data has a JSON form"));
    verdicts.write_all(&bytes).expect("descriptor 3 takes the verdict");
    // SAFETY: ends the process; nothing runs after it.
    unsafe { libc::_exit(0) }
}

fn judge(name: &str, check: fn(), order: Order) -> Frame {
    let mut frame = Frame { check: name.to_owned(), ..Frame::default() };
    match order {
        Order::Run => {
            panics::watch();
            let result = std::panic::catch_unwind(check);
            frame.raised = result.is_err().then(panics::last_of_this_thread);
        }
        Order::Explore { config } => {
            // The explorer installs its own hook with its first exploration; ours goes before it.
            Explorer::default().run("nothing", || ());
            panics::watch();
            frame.outcome = Some(Explorer::new(*config).run(name, check));
        }
    }
    frame.recorded = panics::recorded();
    frame
}
