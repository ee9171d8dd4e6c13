//! No function to explore.

struct Empty;
