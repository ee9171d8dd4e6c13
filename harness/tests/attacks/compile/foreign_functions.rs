//! Calls C.
unsafe extern "C" {
    safe fn _exit(code: i32) -> !;
}
pub fn attack() {
    _exit(0)
}
