//! Replay strings.
