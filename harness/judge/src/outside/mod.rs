//! The side of the grader that shares nothing with the submission.
//!
//! The judge is trusted code in a process of its own. It starts the submission's program in a jail, as often as it likes, and believes only what
//! it sees from outside. What goes wrong with the jail is trouble of the grader's own, and is never held against the submission.
//!
//! | module | what lives there |
//! |---|---|
//! | `program` | the program that is judged |
//! | `run` | one run of it |
//! | `held` | a process that goes on a system call at a time |
//! | `output` | its streams, read as they come and up to a limit |
//! | `patience` | whether its time is over |
//! | `riddle` | a number that only a shell finds out |

mod held;
mod output;
mod patience;
mod program;
mod riddle;
mod run;

pub use fastrand::Rng as Random;
pub use held::{Call, Held, Step};
pub use program::Program;
pub use riddle::Riddle;
pub use run::{Finished, Run, Signal};

use crate::frame::Channel;
use crate::inside::panics;
use protocol::{Frame, Order};
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// A check from outside.
pub type Check = fn(&Program);

/// The `main` of the judge's process: runs the check that the first argument names against the program that the second describes, and ends
/// the process.
///
/// # Panics
///
/// When the process was not started by the grader. The grader then sees no frame.
pub fn main(checks: &[(&str, Check)]) -> ! {
    jail::enter_if_asked();
    let channel = Channel::open();
    let (_, check) =
        checks.iter().find(|(name, _)| *name == channel.name).expect("the check exists");
    let mut frame = Frame { check: channel.name.clone(), ..Frame::default() };
    let Order::Program(order) = &channel.order else {
        frame.trouble = Some("a judge was started for a check of another kind".to_owned());
        channel.send(&frame)
    };
    let program = Program::new(&channel.name, order);
    panics::watch();
    match std::panic::catch_unwind(AssertUnwindSafe(|| check(&program))) {
        Ok(()) if !program.was_started() => {
            let nothing = "looks at nothing: it has not started the program";
            frame.trouble = Some(format!("{} {nothing}", channel.name));
        }
        Ok(()) => {}
        Err(payload) => match payload.downcast::<Trouble>() {
            Ok(trouble) => frame.trouble = Some(trouble.0),
            Err(_) => frame.raised = Some(panics::last_of_this_thread()),
        },
    }
    channel.send(&frame)
}

/// Trouble of the grader's own, on its way to [`main`].
struct Trouble(String);

/// Ends the check: nothing can be said of the submission.
fn give_up(what: &str, why: impl std::fmt::Display) -> ! {
    let trouble: Box<dyn Any + Send> = Box::new(Trouble(format!("{what}: {why}")));
    // No hook is called: it is no failure of the check.
    std::panic::resume_unwind(trouble)
}
