//! The side of the grader that shares a process with the submission.
//!
//! The process is alone in a jail and runs one check. It gets a key of 32 bytes on descriptor 4 and closes it before any line of the
//! submission runs; it writes one frame, the key and then JSON, to descriptor 3, and ends at once with `_exit`, so that no destructor, no
//! exit handler and no thread of the submission gets another turn. Whatever else the process does proves nothing: an exit code of 0 without
//! a frame is a failure.
//!
//! | module | what lives there |
//! |---|---|
//! | [`panics`](mod@panics) | which panics count against the submission, caught or not |
//!
//! The memory is the submission's too. It is compiled without `unsafe` and against a list of harmless names, but the compiler has known
//! holes; an assignment for which that matters has checks of kind `program` as well, which share nothing with it.

pub mod panics;

use crate::frame::Channel;
use explore_engine::Explorer;
use protocol::{Frame, Order};

/// The `main` of the process: runs the check that the first argument names, as the second says, and ends the process.
///
/// # Panics
///
/// When the process was not started by the grader. The grader then sees no frame.
pub fn main(checks: &[(&str, fn())]) -> ! {
    let channel = Channel::open();
    let (_, check) =
        checks.iter().find(|(name, _)| *name == channel.name).expect("the check exists");
    let frame = judge(&channel.name, *check, &channel.order);
    channel.send(&frame)
}

fn judge(name: &str, check: fn(), order: &Order) -> Frame {
    let mut frame = Frame { check: name.to_owned(), ..Frame::default() };
    match order {
        Order::Run => {
            panics::watch();
            let result = std::panic::catch_unwind(check);
            frame.raised = result.is_err().then(panics::last_of_this_thread);
        }
        Order::Explore(config) => {
            // The explorer installs its own hook with its first exploration; ours goes before it.
            Explorer::default().run("nothing", || ());
            panics::watch();
            frame.outcome = Some(Explorer::new((**config).clone()).run(name, check));
        }
        Order::Program(_) => {
            frame.trouble = Some("a check of kind program is for a judge".to_owned());
        }
    }
    frame.recorded = panics::recorded();
    frame
}
