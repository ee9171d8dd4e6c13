//! What a closure's type is called says which check has made it.

pub fn who<F>(_: &F) -> &'static str {
    std::any::type_name::<F>()
}
