//! explore-engine.
