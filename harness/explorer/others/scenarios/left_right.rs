//! left-right: readers that never wait for a writer.

use left_right::Absorb;
use std::thread;

/// The operation: write `.0` into both halves.
struct Both(u32);

impl Absorb<Both> for (u32, u32) {
    fn absorb_first(&mut self, operation: &mut Both, _: &Self) {
        self.0 = operation.0;
        self.1 = operation.0;
    }

    fn sync_with(&mut self, first: &Self) {
        *self = *first;
    }
}

/// A reader sees both halves of what was published, or neither.
pub fn one_publication() {
    let (mut writer, reader) = left_right::new::<(u32, u32), Both>();
    let other = thread::spawn(move || {
        let seen = *reader.enter().unwrap();
        assert_eq!(seen.0, seen.1);
    });
    writer.append(Both(1)).publish();
    other.join().unwrap();
}

/// What was published is never unseen again.
pub fn two_publications() {
    let (mut writer, reader) = left_right::new::<(u32, u32), Both>();
    let other = thread::spawn(move || {
        let first = *reader.enter().unwrap();
        let second = *reader.enter().unwrap();
        assert_eq!(second.0, second.1);
        assert!(first.0 <= second.0);
    });
    writer.append(Both(1)).publish();
    writer.append(Both(2)).publish();
    other.join().unwrap();
}
