//! Who goes next where nothing is planned, and where a schedule has come to its end.

use super::{Choice, View};

/// What to try first: the same thread goes on, unless it yields to others. Only among choices that are `awake`.
pub(crate) fn first_choice(view: &View<'_>, awake: impl Fn(Choice) -> bool) -> Option<Choice> {
    usual(view.choices, view.last, view.yielding, awake)
}

/// [`first_choice`], for a search that leaves out rounds that come to nothing: who waits in a loop looks at once whether it can go on. Once somebody has waited so, who
/// has looked a few times goes on until it is known that it waits, and those who may let others go on come last: what has been looked for in vain before need
/// not be tried another time. (Not before: in a program without such loops, who yields gives the turn away.)
pub(crate) fn first_to_try(
    view: &View<'_>,
    waits: bool,
    awake: impl Fn(Choice) -> bool,
) -> Option<Choice> {
    let among = |threads: u64| {
        let chosen = |choice: &&Choice| threads >> choice.thread & 1 == 1 && awake(**choice);
        view.choices.iter().find(chosen).copied()
    };
    let (yielding, storing) = match waits {
        true => (view.yielding & !view.looking, view.storing),
        false => (view.yielding, 0),
    };
    let others = |choice: Choice| awake(choice) && storing >> choice.thread & 1 == 0;
    among(view.waiting)
        .or_else(|| usual(view.choices, view.last, yielding, others))
        .or_else(|| usual(view.choices, view.last, yielding, awake))
}

/// [`first_choice`], of what it looks at.
pub(crate) fn usual(
    choices: &[Choice],
    last: u8,
    yielding: u64,
    awake: impl Fn(Choice) -> bool,
) -> Option<Choice> {
    let yields = |choice: &Choice| yielding >> choice.thread & 1 == 1;
    let awake = || choices.iter().copied().filter(|&choice| awake(choice));
    awake()
        .find(|choice| choice.thread == last && !yields(choice))
        .or_else(|| awake().find(|choice| !yields(choice)))
        .or_else(|| awake().next())
}

/// Who took the last step, if it can take the next and does not ask others to go first: to stop it is a preemption.
pub(crate) fn willing(view: &View<'_>) -> Option<u8> {
    let goes_on = view.choices.iter().any(|choice| choice.thread == view.last);
    let yields = view.yielding >> view.last & 1 == 1;
    (goes_on && !yields && !view.quiescent).then_some(view.last)
}
