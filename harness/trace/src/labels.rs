//! What threads and objects are called in pictures and sentences.
//!
//! A name that the program gave wins. Without one a thread is `T2` (and its spawn line is said once), an object its kind and
//! creation line. Labels are unique within a trace, so a picture can be read without ids.

use std::collections::HashMap;

use crate::{ObjectId, ObjectKind, ThreadId, Trace};

/// The labels of a trace's threads and objects.
#[derive(Clone, Debug)]
pub struct Labels {
    threads: Vec<String>,
    objects: Vec<String>,
}

impl Labels {
    /// Works out the labels of a trace.
    pub fn new(trace: &Trace) -> Self {
        let threads = trace.threads.iter().enumerate().map(|(index, thread)| {
            let name = thread.name.as_deref().filter(|name| !name.is_empty());
            match name {
                Some(name) => one_line(name),
                None if index == 0 => "main".to_owned(),
                None => format!("T{index}"),
            }
        });
        let objects = trace.objects.iter().map(|object| {
            let name = object.name.as_deref().filter(|name| !name.is_empty());
            match (name, &object.created) {
                (Some(name), _) => one_line(name),
                (None, Some(place)) => format!("{}@{}", kind(object.kind), place.short()),
                (None, None) => kind(object.kind).to_owned(),
            }
        });
        Self { threads: unique(threads.collect()), objects: unique(objects.collect()) }
    }

    /// What a thread is called.
    pub fn thread(&self, id: ThreadId) -> &str {
        self.threads.get(id.0 as usize).map_or("an unknown thread", String::as_str)
    }

    /// What an object is called.
    pub fn object(&self, id: ObjectId) -> &str {
        self.objects.get(id.0 as usize).map_or("an unknown object", String::as_str)
    }

    /// Several threads in a sentence: `a`, `a and b`, `a, b and c`.
    pub fn threads(&self, ids: &[ThreadId]) -> String {
        let names: Vec<&str> = ids.iter().map(|&id| self.thread(id)).collect();
        match names.as_slice() {
            [] => "nobody".to_owned(),
            [one] => (*one).to_owned(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        }
    }
}

fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Mutex => "mutex",
        ObjectKind::RwLock => "rwlock",
        ObjectKind::Condvar => "condvar",
        ObjectKind::Barrier => "barrier",
        ObjectKind::Once => "once",
        ObjectKind::Channel => "channel",
        ObjectKind::Atomic => "atomic",
    }
}

/// Names come from programs: a line break or an escape sequence in one must not break the picture.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn unique(labels: Vec<String>) -> Vec<String> {
    let mut total: HashMap<String, usize> = HashMap::new();
    for label in &labels {
        *total.entry(label.clone()).or_default() += 1;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    labels
        .into_iter()
        .map(|label| {
            if total[&label] == 1 {
                return label;
            }
            let count = seen.entry(label.clone()).or_default();
            *count += 1;
            format!("{label}#{count}")
        })
        .collect()
}
