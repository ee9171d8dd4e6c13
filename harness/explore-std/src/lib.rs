//! explore-std.
