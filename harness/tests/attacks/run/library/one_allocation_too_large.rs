//! More memory than there can be, at once.
pub fn attack() {
    let all = vec![1_u8; 1 << 45];
    assert!(all[all.len() / 2] == 1);
}
