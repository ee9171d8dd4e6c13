//! event-listener: a notification gets lost while the first listener is set up.
//!
//! The list of listeners is made when somebody listens for the first time. `notify` left early where there was no list yet. A listener that was
//! just making it then missed the notification, although it looked at what it waited for afterwards, as one should: the look could still see
//! the old value.
//!
//! <https://github.com/smol-rs/event-listener/issues/138>, mended in 5.3.1 by always taking the long way.
//!
//! Expected of event-listener 5.3.0: a deadlock. Of 5.4.2: proved.

use event_listener::{Event, Listener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Who listens, looks once more and then waits, is woken.
pub fn first_listener_beside_notify() {
    let shared = Arc::new((AtomicBool::new(false), Event::new()));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || {
        theirs.0.store(true, Ordering::Release);
        theirs.1.notify(1);
    });
    let (ready, event) = &*shared;
    while !ready.load(Ordering::Acquire) {
        let listener = event.listen();
        if ready.load(Ordering::Acquire) {
            break;
        }
        listener.wait();
    }
    other.join().unwrap();
}
