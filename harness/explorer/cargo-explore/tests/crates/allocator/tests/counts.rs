use allocator::Count;

#[test]
fn two_count() {
    let count = Count::default();
    std::thread::scope(|scope| {
        scope.spawn(|| count.up());
        count.up();
    });
    assert_eq!(count.get(), 2);
}
