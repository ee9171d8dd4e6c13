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
//! | [`looks`] | what a check looks at, where it is not told what is right |
//! | [`clients`] | checks that make clients of an object, whose answers are held against those of one thread |
//!
//! The memory is the submission's too. It is compiled without `unsafe` and against a list of harmless names, but the compiler has known
//! holes, and who uses one can write the frame himself. So points rest on another run of the same checks, [`blind`]: there the assertions are
//! gone, with everything that says what is right, and the frame carries what each execution looked at. The grader knows what the reference
//! solution answers to the same questions.

pub mod clients;
pub mod looks;
pub mod panics;

use crate::frame::Channel;
use explore_engine::Explorer;
use protocol::{Config, Frame, Order, Outcome};

/// The `main` of the process: runs the check that the first argument names, as the second says, and ends the process.
///
/// # Panics
///
/// When the process was not started by the grader. The grader then sees no frame.
pub fn main(checks: &[(&str, fn())]) -> ! {
    let channel = Channel::open();
    looks::draw_from(channel.seed, usize::MAX);
    let frame = judge(&channel, checks);
    channel.send(&frame)
}

/// As [`main`], of checks whose assertions only look. Once there are more different executions than are of interest, the search ends.
///
/// # Panics
///
/// As [`main`].
pub fn blind(checks: &[(&str, fn())]) -> ! {
    let channel = Channel::open();
    looks::draw_from(channel.seed, channel.most);
    let mut frame = judge(&channel, checks);
    frame.seen.extend(looks::seen());
    if let Some(outcome) = &mut frame.outcome {
        outcome.trace = None;
    }
    channel.send(&frame)
}

fn judge(channel: &Channel, checks: &[(&str, fn())]) -> Frame {
    let name = channel.name.as_str();
    let (_, check) = *checks.iter().find(|(known, _)| *known == name).expect("the check exists");
    let execution = move || {
        looks::begin();
        check();
        looks::end();
    };
    let mut frame = Frame { check: name.to_owned(), ..Frame::default() };
    match &channel.order {
        Order::Run => {
            panics::watch();
            let result = std::panic::catch_unwind(execution);
            frame.raised = result.is_err().then(panics::last_of_this_thread);
        }
        Order::Explore(config) => {
            // The explorer installs its own hook with its first exploration; ours goes before it.
            Explorer::default().run("nothing", || ());
            panics::watch();
            frame.outcome = Some(explore(name, config, execution));
        }
        Order::Alone(config) => {
            Explorer::default().run("nothing", || ());
            panics::watch();
            frame.outcome = Some(clients::one_after_the_other(name, config, execution));
            frame.seen = looks::seen();
        }
        Order::Clients(order) => {
            clients::order_together(&order.clients, &order.unexplained);
            Explorer::default().run("nothing", || ());
            panics::watch();
            frame.outcome = Some(explore(name, &order.config, execution));
            frame.seen = looks::seen();
        }
        Order::Program(_) => {
            frame.trouble = Some("a check of kind program is for a judge".to_owned());
        }
    }
    frame.recorded = panics::recorded();
    frame
}

fn explore(name: &str, config: &Config, execution: impl Fn() + 'static) -> Outcome {
    Explorer::new(config.clone()).run_watched(name, execution, &mut |_| looks::over())
}
