//! Where a run stands after a schedule, and every way in which it can go on: what somebody sees who decides alone who goes next.

use crate::Outcome;
use trace::json::{ToJson, Writer};
use trace::{ThreadId, Trace, Wait};

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Position {
    /// The run so far, in [`Outcome::trace`], and the schedule that leads here, with every turn. Once the run is over, what it came to.
    pub outcome: Outcome,
    /// Nothing comes any more.
    pub over: bool,
    /// Where each thread stands that has not ended, and what it waits for, if it cannot go on.
    pub stands: Vec<Wait>,
    /// Every way to go on, by thread. None, once it is over.
    pub ways: Vec<Way>,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Way {
    /// Who takes the next step.
    pub thread: ThreadId,
    /// Which of its alternatives: which store a load reads, whom `notify_one` wakes. Counted as schedules count them.
    pub alternative: u16,
    /// It is a time-out that fires because nothing else can happen.
    pub quiet: bool,
    /// The run with this step as its last.
    pub after: Trace,
    /// What the step is, if the run does not tell of it.
    pub untold: Option<Untold>,
}

/// A step that pictures leave out: the unremarkable half of another, or a moment that others cannot see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Untold {
    /// The thread begins.
    Begins,
    /// It comes to a call that may block, and it is seen whether it must wait.
    Asks,
    /// It goes on after a call that has let it go: a barrier, a message that was taken.
    GoesOn,
    /// A reader waits behind a writer.
    KeptOut,
    /// It prints, or takes or gives back a stream.
    Prints,
    /// It reads from standard input.
    Reads,
    /// It gives back something of which there are others.
    GivesBack,
    /// Its closure has returned.
    Returns,
}

impl Untold {
    const NAMES: [(Untold, &'static str); 8] = [
        (Untold::Begins, "begins"),
        (Untold::Asks, "asks"),
        (Untold::GoesOn, "goes_on"),
        (Untold::KeptOut, "kept_out"),
        (Untold::Prints, "prints"),
        (Untold::Reads, "reads"),
        (Untold::GivesBack, "gives_back"),
        (Untold::Returns, "returns"),
    ];
}

impl Position {
    /// Reads what the program wrote.
    ///
    /// # Errors
    ///
    /// If the text is something else.
    #[cfg(feature = "serde")]
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl ToJson for Untold {
    fn write(&self, json: &mut Writer) {
        let named = Untold::NAMES.iter().find(|(untold, _)| untold == self);
        json.text(named.map_or("goes_on", |(_, name)| name));
    }
}

impl ToJson for Position {
    fn write(&self, json: &mut Writer) {
        let Position { outcome, over, stands, ways } = self;
        json.object(|position| {
            position.field("outcome", outcome);
            position.field("over", over);
            position.field("stands", stands);
            position.field("ways", ways);
        });
    }
}

impl ToJson for Way {
    fn write(&self, json: &mut Writer) {
        let Way { thread, alternative, quiet, after, untold } = self;
        json.object(|way| {
            way.field("thread", &thread.0);
            way.field("alternative", alternative);
            way.field("quiet", quiet);
            way.field("after", after);
            way.field("untold", untold);
        });
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let outcome = Outcome { name: "a".to_owned(), ..Outcome::default() };
        let thread = ThreadId(2);
        for (untold, _) in Untold::NAMES {
            let after = outcome.run_or_verdict();
            let way = Way { thread, alternative: 3, quiet: true, after, untold: Some(untold) };
            let stands = vec![Wait {
                thread,
                at: None,
                called_at: None,
                waits_for: Some(trace::WaitsFor::Unpark),
            }];
            let outcome = outcome.clone();
            let position = Position { outcome, over: false, stands, ways: vec![way] };
            let text = trace::json::line(&position);
            assert_eq!(Position::from_json(&text).unwrap(), position);
        }
    }
}
