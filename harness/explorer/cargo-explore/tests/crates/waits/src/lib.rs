//! A place to leave work at, with a time-out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// A job that somebody may take.
#[derive(Debug, Default)]
pub struct Desk {
    job: Mutex<Option<u32>>,
    left: Condvar,
}

impl Desk {
    /// Leaves a job.
    pub fn leave(&self, job: u32) {
        *self.job.lock().unwrap() = Some(job);
        self.left.notify_one();
    }

    /// Takes a job. The bug: after a time-out nobody looks whether one has come just before.
    pub fn take(&self, patience: Duration) -> Option<u32> {
        let mut job = self.job.lock().unwrap();
        if job.is_some() {
            return job.take();
        }
        let (mut job, waited) = self.left.wait_timeout(job, patience).unwrap();
        if waited.timed_out() { None } else { job.take() }
    }
}

/// The sum of what comes, until nothing comes for so long.
pub fn sum(numbers: &Receiver<u32>, patience: Duration) -> u32 {
    let mut sum = 0;
    loop {
        match numbers.recv_timeout(patience) {
            Ok(number) => sum += number,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    const PATIENCE: Duration = Duration::from_secs(1);

    #[test]
    fn a_job_is_taken_or_still_there() {
        let desk = Desk::default();
        thread::scope(|scope| {
            scope.spawn(|| desk.leave(7));
            let taken = desk.take(PATIENCE);
            drop(taken);
        });
    }

    #[test]
    fn everything_is_counted() {
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            scope.spawn(move || (1..=2).for_each(|number| sender.send(number).unwrap()));
            assert_eq!(sum(&receiver, PATIENCE), 3);
        });
    }
}
