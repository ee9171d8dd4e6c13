fn main() {
    let mut scores = vec![3];
    change::note(&mut scores, 4);
    change::note(&mut scores, 5);
    assert_eq!(scores, [3, 4, 5], "after 4 and 5 have been noted");
}
