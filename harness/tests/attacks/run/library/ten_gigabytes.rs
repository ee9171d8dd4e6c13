//! More memory than there is, all of it written to.
pub fn attack() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for i in 0..10_240 {
        all.push(vec![i as u8 | 1; 1 << 20]);
    }
    assert!(all.iter().all(|piece| piece[7] > 0));
}
