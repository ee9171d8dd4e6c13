//! Follows a given schedule.

use std::time::Instant;

use super::usual::first_choice;
use super::{Choice, Diverged, Next, Pending, Search, Taken, View};

/// One instruction: a thread, and which of its alternatives, counted as they are offered.
pub(crate) use protocol::schedule::Turn;

/// See the [module](self). After the schedule the last thread goes on as long as it can.
#[derive(Debug, Default)]
pub(crate) struct Guided {
    schedule: Vec<Turn>,
    depth: usize,
    /// Where the schedule asked for something impossible.
    pub misfit: std::rc::Rc<std::cell::Cell<Option<usize>>>,
    /// Skip what is impossible instead, and take the rest as wishes.
    lenient: bool,
    /// Choices to make before the schedule begins.
    first: Vec<Choice>,
    begun: usize,
}

impl Guided {
    pub fn new(schedule: Vec<Turn>) -> Self {
        Self { schedule, ..Self::default() }
    }

    /// Follows choices instead of a schedule.
    pub fn exact(choices: Vec<Choice>) -> Self {
        Self { first: choices, ..Self::default() }
    }

    pub fn lenient(schedule: Vec<Turn>) -> Self {
        Self { schedule, lenient: true, ..Self::default() }
    }
}

impl Search for Guided {
    fn begin(&mut self) {
        self.depth = 0;
        self.begun = 0;
    }

    fn forced(&mut self) -> Option<Choice> {
        let choice = self.first.get(self.begun).copied();
        self.begun += 1;
        choice
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        while let Some(&(thread, alt)) = self.schedule.get(self.depth) {
            self.depth += 1;
            let mut of_thread = view.choices.iter().filter(|choice| choice.thread == thread);
            if let Some(choice) = of_thread.nth(usize::from(alt)) {
                return *choice;
            }
            if !self.lenient {
                if self.misfit.get().is_none() {
                    self.misfit.set(Some(self.depth - 1));
                }
                break;
            }
        }
        first_choice(view, |_| true).unwrap_or(view.choices[0])
    }

    fn taken(&mut self, _step: &Taken<'_>) -> Result<(), Diverged> {
        Ok(())
    }

    fn finish(&mut self, _pending: &[Pending], _places: &[u32], _deadline: Instant) -> Next {
        Next::Exhausted
    }
}
