/// A thread that panics keeps the others from nothing.
fn the_quotients_that_there_are() {
    assert_eq!(change::sum_of_quotients(vec![7, 0]), 6, "42 / 7 alone, for 42 / 0 panics");
}

/// Where no thread panics, all count.
fn all_quotients() {
    assert_eq!(change::sum_of_quotients(vec![7, 6]), 13, "42 / 7 + 42 / 6");
}
