/// All numbers arrive, from whichever thread, and then the sum comes.
fn all_are_added_up() {
    assert_eq!(change::sum(vec![vec![1, 2], vec![3]]), 6, "the sum of 1, 2 and 3");
}

/// Where nobody sends anything there is nothing to wait for.
fn nobody_sends_anything() {
    assert_eq!(change::sum(Vec::new()), 0);
}
