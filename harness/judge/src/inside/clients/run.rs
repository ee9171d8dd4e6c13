//! A client's threads, and what they got.

use super::{Call, looks, with};
use explore_engine::sync::atomic::{AtomicU64, Ordering};
use explore_engine::thread;
use protocol::Called;
use std::sync::Arc;

/// A run of a client.
pub(super) struct Run<T> {
    /// Its number.
    pub client: usize,
    /// The numbers of its calls, one thread after the other.
    pub numbers: Vec<usize>,
    /// How many calls each thread makes.
    pub each: usize,
    pub calls: Arc<Vec<Call<T>>>,
}

impl<T: Send + Sync + 'static> Run<T> {
    fn text(&self, thread: usize, after: Vec<u64>, returned: bool, told: String) -> String {
        Called { client: self.client as u64, thread, after, returned, told }.text()
    }

    /// Makes the calls on this thread, in this order, and tells of each once it has returned.
    pub fn one_by_one(&self, object: &T, order: &[usize]) {
        let threads = self.numbers.len() / self.each;
        let mut made = vec![0_u64; threads];
        for &thread in order {
            let place = thread * self.each + usize::try_from(made[thread]).unwrap_or(usize::MAX);
            let Call { name, call } = &self.calls[self.numbers[place]];
            let begun = self.text(thread, made.clone(), false, name.clone());
            with(|state| state.begun = Some(begun));
            let told = format!("{name} → {}", call(object).0);
            with(|state| state.begun = None);
            looks::note(self.text(thread, made.clone(), true, told));
            made[thread] += 1;
        }
    }

    /// Runs a thread for each list of calls. What they got.
    ///
    /// Each thread counts its calls when they return, and looks at the others' counts before it begins one: a look that finds a count is a real order of the two
    /// calls. Counts are stored with `Release` and loaded with `Acquire`, as who knows that a call has returned sees what it did.
    pub fn at_once(&self, object: T, threads: usize) -> Vec<String> {
        let object = Arc::new(object);
        let returned: Arc<Vec<AtomicU64>> =
            Arc::new((0..threads).map(|_| AtomicU64::new(0)).collect());
        let begin = |me: usize| {
            let (object, returned, calls) =
                (Arc::clone(&object), Arc::clone(&returned), Arc::clone(&self.calls));
            let mine = self.numbers[me * self.each..][..self.each].to_vec();
            let run = move || -> Vec<(Vec<u64>, String)> {
                let mut made = 0;
                let call = |number: usize| {
                    let look = |(other, count): (usize, &AtomicU64)| match other == me {
                        true => made,
                        false => count.load(Ordering::Acquire),
                    };
                    let after: Vec<u64> = returned.iter().enumerate().map(look).collect();
                    let Call { name, call } = &calls[number];
                    let told = format!("{name} → {}", call(&object).0);
                    made += 1;
                    returned[me].store(made, Ordering::Release);
                    (after, told)
                };
                mine.into_iter().map(call).collect()
            };
            let builder = thread::Builder::new().name(format!("client {}", me + 1));
            builder.spawn(run).expect("a thread can be started")
        };
        let running: Vec<_> = (0..threads).map(begin).collect();
        let mut texts = Vec::new();
        for (thread, running) in running.into_iter().enumerate() {
            let calls = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let text = |(after, told)| self.text(thread, after, true, told);
            texts.extend(calls.into_iter().map(text));
        }
        texts
    }

    /// What the threads got, for people: a line for each of them. It can be read as one line, too, as pictures have no others.
    pub fn told(&self, texts: &[String]) -> String {
        let mut calls: Vec<Called> = texts.iter().filter_map(|text| Called::read(text)).collect();
        calls.sort_by_key(|call| (call.thread, call.after[call.thread]));
        let threads = calls.chunk_by(|a, b| a.thread == b.thread).map(|calls| {
            let told: Vec<String> = calls.iter().map(called).collect();
            format!("  client {}: {}", calls[0].thread + 1, told.join(", "))
        });
        threads.collect::<Vec<_>>().join(";\n")
    }
}

/// One call, and how many of the others' had returned before it.
fn called(call: &Called) -> String {
    let others = call.after.iter().enumerate();
    let others = others.filter(|&(thread, &count)| thread != call.thread && count > 0);
    let after: Vec<String> =
        others.map(|(thread, count)| format!("{count} of client {}", thread + 1)).collect();
    match after.is_empty() {
        true => call.told.clone(),
        false => format!("{} (after {})", call.told, after.join(" and ")),
    }
}
