//! ```
//! assert_eq!(plain::two(), 2);
//! ```

/// ```
/// assert_eq!(plain::two(), 2);
/// ```
pub fn two() -> u32 {
    2
}

#[test]
fn is_two() {
    assert_eq!(two(), 2);
}
