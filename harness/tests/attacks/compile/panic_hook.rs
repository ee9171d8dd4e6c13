//! Replaces the hook that writes panics down.
pub fn attack() {
    std::panic::set_hook(Box::new(|_| ()));
}
