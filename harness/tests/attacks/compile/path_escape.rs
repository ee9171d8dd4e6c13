//! Names a file that is not the submission's.
#[path = "/etc/passwd"]
mod attack;
