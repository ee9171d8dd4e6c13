//! What one thread gets that makes the calls of a client one after the other, and whether that explains what several got.
//!
//! Of a check of kind `linearizable` the grader has two lists of runs, each a list of calls with their answers. The first is from a solution, alone: each client in
//! every order of its calls. The second is from a submission, whose threads ran at once. Herlihy and Wing (1990): a run of the second is right if one of the first
//! has the same answers, and in it comes before each call whatever had returned when that call began.

use crate::grading::check::Seen;
use protocol::Called;
use std::collections::{BTreeMap, BTreeSet};

/// The calls of a run, by their threads and their places there.
type Calls = BTreeMap<(usize, u64), Called>;

/// What solutions get, alone.
#[derive(Debug, Clone, Default)]
pub struct Alone {
    /// The runs in which each call returns, by the numbers of the clients in which nobody may wait for ever.
    runs: BTreeMap<u64, Vec<Calls>>,
    /// These numbers.
    clients: Vec<u64>,
}

impl Alone {
    /// Of these runs, each a text for each call.
    ///
    /// # Errors
    ///
    /// When one has something else in it, or there is no client in which nobody may wait for ever.
    pub fn of(runs: &Seen) -> anyhow::Result<Alone> {
        let mut found: BTreeMap<u64, Vec<Calls>> = BTreeMap::new();
        for run in runs {
            let Some((client, calls)) = read(run) else {
                anyhow::bail!(
                    "a check of kind `linearizable` calls `Clients::check`, and asserts nothing itself"
                );
            };
            found.entry(client).or_default().push(calls);
        }
        found.retain(|_, runs| ends(runs));
        found.values_mut().for_each(|runs| runs.retain(|run| run.values().all(|it| it.returned)));
        anyhow::ensure!(!found.is_empty(), "in each of its clients somebody may wait for ever");
        Ok(Alone { clients: found.keys().copied().collect(), runs: found })
    }

    /// The numbers of the clients in which nobody may wait for ever.
    pub fn clients(&self) -> &[u64] {
        &self.clients
    }

    /// Whether each run has an explanation, and there is one of each client: who runs none has shown nothing.
    pub fn explains(&self, runs: &Seen) -> bool {
        let run = |run: &Vec<String>| read(run).map(|(client, _)| client);
        let there: BTreeSet<Option<u64>> = runs.iter().map(run).collect();
        let all = self.clients.iter().all(|&client| there.contains(&Some(client)));
        all && self.unexplained(runs).is_none()
    }

    /// The first run that has none.
    pub fn unexplained<'r>(&self, runs: &'r Seen) -> Option<&'r Vec<String>> {
        runs.iter().find(|run| !read(run).is_some_and(|(client, run)| self.explained(client, &run)))
    }

    fn explained(&self, client: u64, run: &Calls) -> bool {
        let explains = |alone: &Calls| {
            alone.len() == run.len()
                && alone.iter().zip(run).all(|((place, alone), (other, call))| {
                    let after =
                        || alone.after.iter().zip(&call.after).all(|(has, needs)| has >= needs);
                    place == other && call.returned && alone.told == call.told && after()
                })
        };
        self.runs.get(&client).is_some_and(|runs| runs.iter().any(explains))
    }
}

/// A run and the number of its client, if it is one.
fn read(run: &[String]) -> Option<(u64, Calls)> {
    let mut calls = Calls::new();
    let mut client = None;
    for text in run {
        let call = Called::read(text)?;
        if *client.get_or_insert(call.client) != call.client {
            return None;
        }
        let place = (call.thread, call.after[call.thread]);
        if calls.insert(place, call).is_some() {
            return None;
        }
    }
    Some((client?, calls))
}

/// Whether all calls return, whatever their order: from wherever one gets, somebody's next call does. These are all runs of a client.
fn ends(runs: &[Calls]) -> bool {
    let mut returns: BTreeSet<Vec<usize>> = BTreeSet::new();
    let mut waits: BTreeSet<Vec<usize>> = BTreeSet::new();
    let mut whole = BTreeSet::new();
    for run in runs {
        let mut calls: Vec<&Called> = run.values().collect();
        calls.sort_by_key(|call| call.after.iter().sum::<u64>());
        let mut order = Vec::new();
        for call in &calls {
            order.push(call.thread);
            let known = if call.returned { &mut returns } else { &mut waits };
            known.insert(order.clone());
        }
        if calls.iter().all(|call| call.returned) {
            whole.insert(order);
        }
    }
    let threads = runs.iter().flat_map(|run| run.keys()).map(|&(thread, _)| thread).max();
    let goes_on = |order: &Vec<usize>| {
        whole.contains(order)
            || (0..=threads.unwrap_or(0)).any(|thread| {
                let next: Vec<usize> = order.iter().copied().chain([thread]).collect();
                returns.contains(&next) && !waits.contains(&next)
            })
    };
    // What can be come to, beginning with nothing. An order in which a call may wait is none that anybody comes to.
    let mut reached = vec![Vec::new()];
    while let Some(order) = reached.pop() {
        if !goes_on(&order) {
            return false;
        }
        let next = (0..=threads.unwrap_or(0))
            .map(|thread| order.iter().copied().chain([thread]).collect::<Vec<_>>());
        reached.extend(next.filter(|next| returns.contains(next) && !waits.contains(next)));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(all: &[&[&str]]) -> Seen {
        let run = |run: &&[&str]| run.iter().map(|text| (*text).to_owned()).collect();
        all.iter().map(run).collect()
    }

    /// A thread puts, another one gets: alone, whoever gets first waits for ever.
    const QUEUE: &[&[&str]] =
        &[&["3 0 0,0 returned put", "3 1 1,0 returned get → 1"], &["3 1 0,0 waits get"]];

    #[test]
    fn a_run_is_explained_by_one_that_keeps_what_had_returned() {
        let alone = Alone::of(&runs(QUEUE)).unwrap();
        assert_eq!(alone.clients(), [3]);
        let explains = |run: &[&str]| alone.explains(&runs(&[run]));
        // It began before the other had returned, or after that.
        assert!(explains(&["3 0 0,0 returned put", "3 1 0,0 returned get → 1"]));
        assert!(explains(&["3 0 0,0 returned put", "3 1 1,0 returned get → 1"]));
        // The other had not begun before it returned.
        assert!(!explains(&["3 0 0,1 returned put", "3 1 0,0 returned get → 1"]));
        assert!(!explains(&["3 0 0,0 returned put", "3 1 0,0 returned get → 2"]));
        assert!(!explains(&["3 0 0,0 returned put"]));
        assert!(!explains(&["4 0 0,0 returned put", "4 1 0,0 returned get → 1"]));
        assert!(!explains(&["3 0 0,0 returned put", "4 1 0,0 returned get → 1"]));
        assert!(!explains(&["7001 Some(1)"]));
        assert!(!explains(&[]));
    }

    #[test]
    fn each_client_has_to_be_there() {
        let two: &[&[&str]] = &[&["0 0 0 returned len → 0"], &["1 0 0 returned put"]];
        let alone = Alone::of(&runs(two)).unwrap();
        assert!(alone.explains(&runs(two)));
        assert!(!alone.explains(&runs(&two[1..])) && !alone.explains(&runs(&[])));
        assert!(alone.unexplained(&runs(&two[1..])).is_none());
    }

    #[test]
    fn clients_in_which_somebody_may_wait_for_ever_are_left_out() {
        // Two get, one item: whoever comes second waits.
        let more: &[&[&str]] = &[
            &["5 0 0,0 returned get → 1", "5 1 1,0 waits get"],
            &["5 1 0,0 returned get → 1", "5 0 0,1 waits get"],
        ];
        assert_eq!(Alone::of(&runs(&[QUEUE, more].concat())).unwrap().clients(), [3]);
        assert!(Alone::of(&runs(more)).is_err());
        assert!(Alone::of(&runs(&[&["7001 Some(1)"]])).is_err());
        assert!(Alone::of(&runs(&[])).is_err());
    }

    #[test]
    fn another_order_of_the_calls_may_explain_it() {
        // A counter: two threads add one, and get what it was.
        let alone: &[&[&str]] = &[
            &["0 0 0,0 returned add → 0", "0 1 1,0 returned add → 1"],
            &["0 0 0,1 returned add → 1", "0 1 0,0 returned add → 0"],
        ];
        let alone = Alone::of(&runs(alone)).unwrap();
        let explains = |one, two| {
            let run =
                [format!("0 0 0,0 returned add → {one}"), format!("0 1 0,0 returned add → {two}")];
            alone.explains(&Seen::from([run.to_vec()]))
        };
        assert!(explains(0, 1) && explains(1, 0) && !explains(0, 0) && !explains(1, 1));
    }
}
