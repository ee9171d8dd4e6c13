//! Checks of kind `linearizable`: whatever several threads got from an object at once, one thread could have got that made the same calls one after the other.
//!
//! A check says which calls there are, each with its arguments. From that come the clients, so many threads with so many calls each, in every combination. A process
//! runs them in one of two ways: each client's calls one after the other, in every order that its threads allow; or its threads at once, in every interleaving. What
//! each call answered is told to the grader, who holds what the submission's threads got against what one thread gets from the reference solution. So nothing in
//! the submission's process knows what is right.
//!
//! | module | what lives there |
//! |---|---|
//! | [`made`] | which clients there are, in which orders their calls can come, and how one is chosen |
//! | [`run`] | a client's threads, and what they got |

mod made;
mod run;

use super::looks::{self, Seen};
use explore_engine::{Explorer, Progress};
use made::Shape;
use protocol::config::Config;
use protocol::outcome::{Outcome, Status};
use run::Run;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

/// What a call answered, in words that are not the submission's. [`answer!`](crate::answer) makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer(String);

impl Answer {
    #[doc(hidden)]
    pub fn of<C, T: Seen<C> + ?Sized>(value: &T) -> Answer {
        let mut text = String::new();
        value.seen(&mut text);
        Answer(text)
    }
}

/// What a call answered: a value that a check may look at, as what stands on the left of its assertions.
///
/// ```
/// pub struct Checks;
///
/// fn main() {
///     let answer = judge::answer!("7".parse::<u8>().ok());
///     assert_eq!(format!("{answer:?}"), r#"Answer("Some(7)")"#);
/// }
/// ```
#[allow(clippy::crate_in_macro_def, reason = "it is the checks' own crate that is meant")]
#[macro_export]
macro_rules! answer {
    ($value:expr) => {
        $crate::Answer::of::<crate::Checks, _>(&$value)
    };
}

/// One call with its arguments, and how it is shown.
struct Call<T> {
    name: String,
    call: Box<dyn Fn(&T) -> Answer + Send + Sync>,
}

/// What a check of kind `linearizable` is made of: an object, the calls to try, and how many threads make how many of them.
///
/// ```no_run
/// use judge::{Clients, answer, drawn};
/// use std::sync::Mutex;
///
/// pub struct Checks;
///
/// /// Whatever two threads do with a stack, one could have done.
/// pub fn one_after_the_other() {
///     let item = drawn(1..1000);
///     Clients::of(2, 2, || Mutex::new(Vec::new()))
///         .calling(format!("push({item})"), move |stack| answer!(stack.lock().unwrap().push(item)))
///         .calling("pop", |stack| answer!(stack.lock().unwrap().pop()))
///         .check();
/// }
/// # fn main() {}
/// ```
#[must_use = "`check` runs them"]
pub struct Clients<T> {
    threads: usize,
    each: usize,
    new: Box<dyn Fn() -> T>,
    calls: Vec<Call<T>>,
}

impl<T> Debug for Clients<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<&str> = self.calls.iter().map(|call| call.name.as_str()).collect();
        let Clients { threads, each, .. } = self;
        write!(f, "Clients {{ threads: {threads}, each: {each}, calls: {calls:?} }}")
    }
}

impl<T: Send + Sync + 'static> Clients<T> {
    /// `threads` threads that make `each` calls of an object that `new` makes.
    pub fn of(threads: usize, each: usize, new: impl Fn() -> T + 'static) -> Self {
        Self { threads, each, new: Box::new(new), calls: Vec::new() }
    }

    /// One of the calls to try. It may block: clients in which somebody may wait for ever, as the reference solution has it, are left out.
    pub fn calling(
        mut self,
        name: impl Into<String>,
        call: impl Fn(&T) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.calls.push(Call { name: name.into(), call: Box::new(call) });
        self
    }

    /// Runs what the grader has ordered. Blocks until the threads have ended. Nothing of the check comes after it.
    ///
    /// # Panics
    ///
    /// With what a call panics, and when the check is not of kind `linearizable`, has no calls or more clients than anybody would wait for.
    #[track_caller]
    pub fn check(self) {
        let Self { threads, each, new, calls } = self;
        let shape = Shape { threads, each, calls: calls.len() };
        let order = with(|state| state.order.clone());
        let mut run = Run { client: 0, numbers: Vec::new(), each, calls: Arc::new(calls) };
        match order {
            Order::None => panic!("a check that makes clients is of kind \"linearizable\""),
            Order::Alone => {
                let (clients, orders) = (shape.clients(), shape.orders());
                let chosen = made::choose(clients.len() * orders.len());
                run.client = chosen / orders.len();
                run.numbers.clone_from(&clients[run.client]);
                run.one_by_one(&new(), &orders[chosen % orders.len()]);
            }
            Order::Together { clients, unexplained } => {
                let all = shape.clients();
                let chosen = clients[made::choose(clients.len())];
                run.client = usize::try_from(chosen).unwrap_or(usize::MAX);
                run.numbers
                    .clone_from(all.get(run.client).expect("the client is one of the check's"));
                let mut texts = run.at_once(new(), threads);
                texts.sort_unstable();
                let told = run.told(&texts);
                let fails = !unexplained.is_empty() && *unexplained == texts;
                texts.into_iter().for_each(looks::note);
                assert!(
                    !fails,
                    "no order of these calls, made one after the other, gives these answers\n{told}"
                );
            }
        }
    }
}

/// What the grader has ordered.
#[derive(Clone)]
enum Order {
    None,
    /// The calls of one client one after the other; which client, and in which order, is chosen.
    Alone,
    /// One of these clients, whichever is chosen, its threads at once.
    Together {
        clients: Arc<Vec<u64>>,
        unexplained: Arc<Vec<String>>,
    },
}

struct State {
    order: Order,
    /// The call that has been begun, where there is one thread.
    begun: Option<String>,
}

static STATE: Mutex<State> = Mutex::new(State { order: Order::None, begun: None });

fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    f(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// From now on a check runs these clients, and fails where the calls are told so.
pub(super) fn order_together(clients: &[u64], unexplained: &[String]) {
    let (clients, unexplained) = (Arc::new(clients.to_vec()), Arc::new(unexplained.to_vec()));
    with(|state| state.order = Order::Together { clients, unexplained });
}

/// Runs a check with the calls of each client one after the other, in every order. A call that waits for ever ends its order, and nothing else may go wrong.
/// Blocks until all is done.
pub(super) fn one_after_the_other(
    name: &str,
    config: &Config,
    execution: impl Fn() + 'static,
) -> Outcome {
    with(|state| state.order = Order::Alone);
    let mut wrong = None;
    let explorer = Explorer::new(Config { keep_going: true, minimise: false, ..config.clone() });
    let outcome = explorer.run_watched(name, execution, &mut |progress: &Progress<'_>| {
        let begun = with(|state| state.begun.take());
        let Some(failure) = progress.failure else { return looks::over() };
        let waits = failure.starts_with("deadlock") || failure.starts_with("livelock");
        match begun {
            Some(call) if waits => {
                looks::note(call);
                looks::end();
            }
            _ => _ = wrong.get_or_insert_with(|| failure.to_owned()),
        }
        looks::over();
    });
    if let Some(summary) = wrong {
        return Outcome { status: Status::Failed, summary, trace: None, ..outcome };
    }
    let whole = outcome.executions < config.max_executions && outcome.too_long == 0;
    match outcome.status {
        Status::Failed if whole => Outcome { status: Status::Proved, trace: None, ..outcome },
        Status::Failed => Outcome { status: Status::NotProved, trace: None, ..outcome },
        _ => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn;
    use explore_engine::sync::{Condvar, Mutex as Watched};
    use std::collections::BTreeSet;

    type Queue = (Watched<Vec<u64>>, Condvar);

    /// A thread waits for an item.
    fn get(queue: &Queue) -> u64 {
        let mut items = queue.0.lock().unwrap();
        loop {
            if let Some(item) = items.pop() {
                return item;
            }
            items = queue.1.wait(items).unwrap();
        }
    }

    fn check() {
        let item = drawn(5..6);
        Clients::of(2, 1, || (Watched::new(Vec::new()), Condvar::new()))
            .calling("put", move |queue: &Queue| {
                queue.0.lock().unwrap().push(item);
                crate::answer!(queue.1.notify_one())
            })
            .calling("get", |queue| crate::answer!(get(queue)))
            .check();
    }

    fn execution() {
        looks::begin();
        check();
        looks::end();
    }

    /// One test, as the order belongs to the process; and so does the log.
    #[test]
    fn clients_run_alone_and_together_and_fail_where_they_must() {
        let _log = looks::alone();
        let seen = || looks::seen().into_iter().collect::<BTreeSet<_>>();
        let texts = |all: &[&[&str]]| -> BTreeSet<Vec<String>> {
            all.iter().map(|run| run.iter().map(|text| (*text).to_owned()).collect()).collect()
        };
        let outcome = one_after_the_other("queue", &Config::default(), execution);
        assert_eq!((outcome.status, outcome.executions), (Status::Proved, 6), "{outcome}");
        let alone = texts(&[
            &["0 0 0,0 returned put → ()", "0 1 1,0 returned put → ()"],
            &["0 0 0,1 returned put → ()", "0 1 0,0 returned put → ()"],
            &["1 0 0,0 returned put → ()", "1 1 1,0 returned get → 5"],
            &["1 1 0,0 waits get"],
            &["2 0 0,0 waits get"],
            &["2 1 0,0 waits get"],
        ]);
        assert_eq!(seen(), alone);
        order_together(&[1], &[]);
        let outcome = Explorer::default().run("queue", execution);
        assert!(outcome.is_proved(), "{outcome}");
        let either = ["1 0 0,0 returned put → ()", "1 1 0,0 returned get → 5"];
        let later = ["1 0 0,0 returned put → ()", "1 1 1,0 returned get → 5"];
        assert_eq!(seen(), texts(&[&either, &later]));
        order_together(&[0, 1], &later.map(str::to_owned));
        let outcome = Explorer::default().run("queue", execution);
        assert!(outcome.summary.contains("client 2: get → 5 (after 1 of client 1)"), "{outcome}");
        // In the others somebody waits.
        order_together(&[2], &[]);
        let outcome = Explorer::default().run("queue", execution);
        assert!(outcome.summary.starts_with("deadlock"), "{outcome}");
        let panics = || {
            looks::begin();
            let calls = Clients::of(1, 1, || ()).calling("panic", |()| panic!("of the object"));
            calls.check();
        };
        let outcome = one_after_the_other("panics", &Config::default(), panics);
        assert!(outcome.status == Status::Failed && outcome.summary.ends_with("of the object"));
        with(|state| state.order = Order::None);
        let outcome = Explorer::default().run("queue", execution);
        assert!(outcome.summary.contains("is of kind"), "{outcome}");
        looks::seen();
    }
}
