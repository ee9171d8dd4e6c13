use std::sync::Mutex;
use std::thread;

/// Of two who want the last ticket one gets it, whoever comes first.
fn the_last_ticket_is_sold_once() {
    let tickets = Mutex::new(1);
    let bought = thread::scope(|scope| {
        let other = scope.spawn(|| change::buy(&tickets));
        [change::buy(&tickets), other.join().unwrap()]
    });
    assert_ne!(bought[0], bought[1], "one of the two gets the ticket, the other none");
    assert_eq!(tickets.into_inner().unwrap(), 0, "the ticket is gone");
}
