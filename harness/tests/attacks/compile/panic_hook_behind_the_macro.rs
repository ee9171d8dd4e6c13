//! Looks for the hook where `panic!` comes from.
pub fn attack() {
    std::__panic::set_hook(Box::new(|_| ()));
}
