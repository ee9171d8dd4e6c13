//! Bounded search.
