//! The threads of a pool that tend its workers, and what happens when one of them waits for the pool itself.
//!
//! A tender reads the results, and drops those that nobody wants. Both run users' code, which may ask the same pool for
//! something, and wait for that. Then another thread tends in its place, or nobody might.

use crate::dispatch::Dispatch;
use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

thread_local! {
    /// What this thread tends, unless another does so in its place.
    static TENDS: Cell<Option<Arc<Dispatch>>> = const { Cell::new(None) };
}

/// Starts a thread that tends workers until the pool ends.
pub(crate) fn start(
    dispatch: Arc<Dispatch>,
    begun: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let tend = move || {
        begun();
        TENDS.set(Some(Arc::clone(&dispatch)));
        dispatch.tend(|| {
            let tends = TENDS.take();
            let goes_on = tends.is_some();
            TENDS.set(tends);
            goes_on
        });
        TENDS.set(None);
    };
    thread::Builder::new().name("pool tender".to_owned()).spawn(tend)
}

/// The calling thread is going to wait for a result.
pub(crate) fn about_to_wait() {
    let Ok(Some(dispatch)) = TENDS.try_with(Cell::take) else { return };
    match start(Arc::clone(&dispatch), || ()) {
        Ok(tender) => dispatch.stand_ins.add(tender),
        // What it waits for may come even so.
        Err(_) => TENDS.set(Some(dispatch)),
    }
}
