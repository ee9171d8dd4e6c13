use change::Shop;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two at two tills are served at the same time: each waits for the other one there.
fn two_are_served_at_two_tills() {
    let (shop, meeting) = (Shop::default(), Barrier::new(2));
    let meet = || drop(meeting.wait());
    thread::scope(|scope| {
        scope.spawn(|| shop.serve(0, 3, meet));
        shop.serve(1, 4, meet);
    });
    assert_eq!([shop.money(0), shop.money(1)], [3, 4], "what is in the tills");
}

/// At one till nobody is served before the one in front has paid.
fn one_after_the_other_at_one_till() {
    let (shop, being_served) = (Shop::default(), AtomicU32::new(0));
    let alone = || {
        assert_eq!(being_served.fetch_add(1, SeqCst), 0, "somebody else is served at this till");
        being_served.fetch_sub(1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(|| shop.serve(0, 3, alone));
        shop.serve(0, 4, alone);
    });
    assert_eq!(shop.money(0), 7, "3 and 4");
}
