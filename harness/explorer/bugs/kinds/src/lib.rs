//! The package exists for the files in `scenarios`, which use nothing but `std`. What they are is in `../README.md`.
