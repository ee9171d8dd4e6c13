//! What threads and objects are called in pictures and sentences.
//!
//! A name that the program gave wins, then the variable that the thing was put into, as far as one source line tells. Without
//! either a thread is `T2` (and its spawn line is said once), an object its kind and creation line. Labels are unique within a
//! trace, so a picture can be read without ids.

use std::collections::HashMap;

use crate::places::Places;
use crate::{Language, Location, Object, ObjectId, ThreadId, Trace, naming, words};

/// The labels of a trace's threads and objects.
#[derive(Clone, Debug)]
pub struct Labels {
    threads: Vec<String>,
    objects: Vec<String>,
    short: Vec<String>,
    places: Places,
    language: Language,
}

impl Labels {
    /// As [`in_language`](Labels::in_language), for English.
    pub fn new(trace: &Trace) -> Self {
        Self::in_language(trace, Language::En)
    }

    /// Works out the labels of a trace. [Quote](Trace::quote) its source before: variables' names come from there.
    pub fn in_language(trace: &Trace, language: Language) -> Self {
        let threads = trace.threads.iter().enumerate().map(|(index, thread)| {
            let name = given(&thread.name).or_else(|| naming::handle(trace, &thread.spawned));
            match name {
                Some(name) => words::clean(name),
                None if index == 0 => "main".to_owned(),
                None => format!("T{index}"),
            }
        });
        let named = |object: &Object, without: &dyn Fn(&Object) -> String| {
            if let Some(name) = given(&object.name) {
                return words::clean(name);
            }
            let Some(name) = naming::created(trace, object) else {
                return without(object);
            };
            let beside = trace.objects.iter().filter(|other| other.created == object.created);
            // `let pair = (Mutex::new(..), Condvar::new())`: two things, one name.
            if beside.map(|other| other.kind).any(|kind| kind != object.kind) {
                match language {
                    Language::En => format!("{name}'s {}", naming::kind(object.kind)),
                    Language::Zh => format!("{name} 的 {}", naming::kind(object.kind)),
                }
            } else {
                name.to_owned()
            }
        };
        let places = Places::of(trace);
        let full = |object: &Object| match &object.created {
            Some(place) => format!("{}@{}", naming::kind(object.kind), places.short(place)),
            None => naming::kind(object.kind).to_owned(),
        };
        let brief = |object: &Object| match &object.created {
            Some(place) => format!("{}:{}", naming::kind(object.kind), place.line),
            None => naming::kind(object.kind).to_owned(),
        };
        Self {
            threads: unique(threads.collect()),
            objects: unique(trace.objects.iter().map(|object| named(object, &full)).collect()),
            short: unique(trace.objects.iter().map(|object| named(object, &brief)).collect()),
            places,
            language,
        }
    }

    /// A place where there is little room: its file without folders, unless another one is called so as well.
    pub(crate) fn place(&self, at: &Location) -> String {
        self.places.short(at)
    }

    /// The language of sentences with these labels.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What a thread is called.
    pub fn thread(&self, id: ThreadId) -> &str {
        self.threads.get(id.0 as usize).map_or(
            match self.language {
                Language::En => "an unknown thread",
                Language::Zh => "未知线程",
            },
            String::as_str,
        )
    }

    /// What an object is called.
    pub fn object(&self, id: ObjectId) -> &str {
        self.objects.get(id.0 as usize).map_or(
            match self.language {
                Language::En => "an unknown object",
                Language::Zh => "未知对象",
            },
            String::as_str,
        )
    }

    /// What an object is called where there is little room: without the name of its file.
    pub fn object_short(&self, id: ObjectId) -> &str {
        self.short.get(id.0 as usize).map_or("?", String::as_str)
    }

    /// Several threads in a sentence: `a`, `a and b`, `a, b and c`.
    pub fn threads(&self, ids: &[ThreadId]) -> String {
        let names: Vec<&str> = ids.iter().map(|&id| self.thread(id)).collect();
        match (names.as_slice(), self.language) {
            ([], Language::En) => "nobody".to_owned(),
            ([], Language::Zh) => "没有线程".to_owned(),
            ([one], _) => (*one).to_owned(),
            ([rest @ .., last], Language::En) => format!("{} and {last}", rest.join(", ")),
            ([rest @ .., last], Language::Zh) => format!("{} 和 {last}", rest.join("、")),
        }
    }
}

fn given(name: &Option<String>) -> Option<&str> {
    name.as_deref().filter(|name| !name.trim().is_empty())
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
