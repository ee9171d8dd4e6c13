//! The same of a value.

pub fn who<F>(value: &F) -> &'static str {
    std::any::type_name_of_val(value)
}
