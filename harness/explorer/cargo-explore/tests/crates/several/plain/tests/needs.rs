#[test]
fn with_more() {}
