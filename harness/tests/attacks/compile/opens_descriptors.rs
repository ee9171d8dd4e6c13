//! Writes where the verdict goes.
use std::os::fd::FromRawFd;
pub fn attack() {
    let _ = std::fs::File::from_raw_fd(3);
}
