//! The JSON form: reading, and refusing what cannot be read.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{
    Failure, ObjectId, Operation, Outcome, Step, ThreadId, Trace, VERSION, Wait, WaitsFor,
};

/// Why a file is not a trace that this version can read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not JSON, or JSON of another shape.
    #[error("this is not a {what}: {source}")]
    Shape {
        /// What was expected: "trace" or "state graph".
        what: &'static str,
        /// What the parser says, with line and column.
        source: serde_json::Error,
    },
    /// It was written by another version.
    #[error(
        "this {what} has format version {found}, and this program reads version {VERSION}; record or explore again to get a new one"
    )]
    Version {
        /// "trace" or "state graph".
        what: &'static str,
        /// The version in the file.
        found: u64,
    },
    /// It names a thread, an object or a step that it does not have.
    #[error("this {what} contradicts itself: {place} names {missing}, which does not exist")]
    Dangling {
        /// "trace" or "state graph".
        what: &'static str,
        /// Where: `steps[12]`, or "the verdict".
        place: String,
        /// What is missing: "thread 7".
        missing: String,
    },
}

impl Trace {
    /// Reads a trace and makes sure that everything it names exists.
    ///
    /// # Errors
    ///
    /// [`ReadError`] says what is wrong with the text.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let trace: Self = from_json(text, "trace")?;
        trace.check()?;
        Ok(trace)
    }

    /// Makes sure that every thread, object and step that the trace names exists.
    ///
    /// # Errors
    ///
    /// [`ReadError::Dangling`] names the first one that does not.
    pub fn check(&self) -> Result<(), ReadError> {
        let names = Names {
            what: "trace",
            threads: self.threads.len(),
            objects: self.objects.len(),
            steps: self.steps.len(),
        };
        for (index, thread) in self.threads.iter().enumerate() {
            if let Some(parent) = thread.parent {
                names.thread(parent, &format!("threads[{index}]"))?;
            }
        }
        for (index, step) in self.steps.iter().enumerate() {
            names.step(step, &format!("steps[{index}]"))?;
        }
        for output in &self.output {
            names.thread(output.thread, "the output")?;
        }
        if let Outcome::Failed { failure } = &self.verdict.outcome {
            names.failure(failure)?;
        }
        Ok(())
    }
}

pub(crate) fn from_json<T: DeserializeOwned>(
    text: &str,
    what: &'static str,
) -> Result<T, ReadError> {
    #[derive(serde::Deserialize)]
    struct Header {
        version: u64,
    }
    let shape = |source| ReadError::Shape { what, source };
    // The version first: a newer file fails for the reason that helps.
    let header: Header = serde_json::from_str(text).map_err(shape)?;
    if header.version != u64::from(VERSION) {
        return Err(ReadError::Version { what, found: header.version });
    }
    serde_json::from_str(text).map_err(shape)
}

/// How many threads, objects and steps there are to be named.
pub(crate) struct Names {
    pub what: &'static str,
    pub threads: usize,
    pub objects: usize,
    pub steps: usize,
}

impl Names {
    pub fn missing(&self, place: &str, missing: String) -> ReadError {
        ReadError::Dangling { what: self.what, place: place.to_owned(), missing }
    }

    pub fn thread(&self, id: ThreadId, place: &str) -> Result<(), ReadError> {
        if (id.0 as usize) < self.threads {
            return Ok(());
        }
        Err(self.missing(place, format!("thread {}", id.0)))
    }

    pub fn object(&self, id: ObjectId, place: &str) -> Result<(), ReadError> {
        if (id.0 as usize) < self.objects {
            return Ok(());
        }
        Err(self.missing(place, format!("object {}", id.0)))
    }

    pub fn step(&self, step: &Step, place: &str) -> Result<(), ReadError> {
        self.thread(step.thread, place)?;
        for &woken in &step.wakes {
            self.thread(woken, place)?;
        }
        if let Some(crate::Choice::Waiter { thread }) = step.choice {
            self.thread(thread, place)?;
        }
        if let Some(waits_for) = &step.blocked {
            self.waits_for(waits_for, place)?;
        }
        self.operation(&step.operation, place)
    }

    fn operation(&self, operation: &Operation, place: &str) -> Result<(), ReadError> {
        use Operation as Op;
        match operation {
            Op::Spawn { child } | Op::Join { child } => self.thread(*child, place),
            Op::Unpark { thread } => self.thread(*thread, place),
            Op::Lock { lock, .. } | Op::TryLock { lock, .. } | Op::Unlock { lock, .. } => {
                self.object(*lock, place)
            }
            Op::Wait { condvar, lock, .. } | Op::Wake { condvar, lock } => {
                self.object(*condvar, place)?;
                self.object(*lock, place)
            }
            Op::Notify { condvar, .. } => self.object(*condvar, place),
            Op::Barrier { barrier, .. } => self.object(*barrier, place),
            Op::OnceBegin { once } | Op::OnceEnd { once } | Op::OnceGet { once, .. } => {
                self.object(*once, place)
            }
            Op::Send { channel, .. } | Op::Receive { channel, .. } | Op::Close { channel } => {
                self.object(*channel, place)
            }
            Op::Store { atomic, .. } => self.object(*atomic, place),
            Op::Load { atomic, read, .. } | Op::Update { atomic, read, .. } => {
                self.object(*atomic, place)?;
                match read.from {
                    Some(step) if step >= self.steps => {
                        Err(self.missing(place, format!("step {step}")))
                    }
                    _ => Ok(()),
                }
            }
            Op::Start
            | Op::End
            | Op::Panic { .. }
            | Op::Exit { .. }
            | Op::Abort
            | Op::Yield
            | Op::Sleep { .. }
            | Op::Park { .. }
            | Op::Fence { .. }
            | Op::Other => Ok(()),
        }
    }

    pub fn waits_for(&self, waits_for: &WaitsFor, place: &str) -> Result<(), ReadError> {
        match waits_for {
            WaitsFor::Lock { lock, held_by } => {
                self.object(*lock, place)?;
                held_by.iter().try_for_each(|&id| self.thread(id, place))
            }
            WaitsFor::Notify { condvar } => self.object(*condvar, place),
            WaitsFor::Join { thread } => self.thread(*thread, place),
            WaitsFor::Barrier { barrier } => self.object(*barrier, place),
            WaitsFor::Message { channel } | WaitsFor::Room { channel } => {
                self.object(*channel, place)
            }
            WaitsFor::Change { atomics } => {
                atomics.iter().try_for_each(|&id| self.object(id, place))
            }
            WaitsFor::Unpark | WaitsFor::Time => Ok(()),
        }
    }

    pub fn failure(&self, failure: &Failure) -> Result<(), ReadError> {
        let place = "the verdict";
        let wait = |wait: &Wait| {
            self.thread(wait.thread, place)?;
            match &wait.waits_for {
                Some(waits_for) => self.waits_for(waits_for, place),
                None => Ok(()),
            }
        };
        match failure {
            Failure::Panic { thread, .. } | Failure::Exit { thread, .. } => {
                self.thread(*thread, place)
            }
            Failure::Deadlock { waits }
            | Failure::Livelock { spins: waits, .. }
            | Failure::Leak { threads: waits } => waits.iter().try_for_each(wait),
            Failure::Memory { accesses, allocation, .. } => {
                accesses.iter().try_for_each(|access| self.thread(access.thread, place))?;
                allocation.iter().try_for_each(|made| self.thread(made.thread, place))
            }
            Failure::Poisoned { thread, lock, by } => {
                self.thread(*thread, place)?;
                self.object(*lock, place)?;
                by.map_or(Ok(()), |by| self.thread(by, place))
            }
        }
    }
}
