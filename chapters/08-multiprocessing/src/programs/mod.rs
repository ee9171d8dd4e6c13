//! The programs of chapter 8, one a file.

pub mod hello;
