use work::Workers;

#[test]
fn finished_is_done() {
    let workers = Workers::new(1);
    workers.add(5);
    assert_eq!(workers.finish(), 5);
}
