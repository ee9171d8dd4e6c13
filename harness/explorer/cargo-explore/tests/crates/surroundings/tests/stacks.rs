//! Tests run in threads of 2 MiB, unless `RUST_MIN_STACK` says something else: under `cargo test` the first ends the process.

fn needs_four() {
    let mut much = [1_u8; 4 << 20];
    std::hint::black_box(&mut much);
}

#[test]
fn four_on_the_stack_of_a_test() {
    needs_four();
}

#[test]
fn four_on_the_stack_of_a_thread() {
    std::thread::spawn(needs_four).join().unwrap();
}
