//! explore-core.
