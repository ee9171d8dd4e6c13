//! Runs before main.
extern "C" fn early() {}
#[unsafe(link_section = ".init_array")]
#[used]
static EARLY: extern "C" fn() = early;
