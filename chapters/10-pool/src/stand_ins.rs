//! Threads that tend workers in the place of others.

use ch08_forks::Whole;
use std::thread::JoinHandle;

#[derive(Default)]
pub(crate) struct StandIns(Whole<Vec<JoinHandle<()>>>);

impl StandIns {
    pub(crate) fn add(&self, tender: JoinHandle<()>) {
        let mut tenders = self.0.lock();
        // Those whose place was taken in turn.
        tenders.retain(|tender| !tender.is_finished());
        tenders.push(tender);
    }

    pub(crate) fn take(&self) -> Option<JoinHandle<()>> {
        self.0.lock().pop()
    }
}
