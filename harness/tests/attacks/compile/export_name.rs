//! The same under another attribute.
#[unsafe(export_name = "write")]
pub extern "C" fn attack() -> isize {
    0
}
