//! Takes the judge's name.
#![crate_name = "judge"]
