//! tour.
