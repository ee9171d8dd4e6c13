//! Ctrl-C in the middle of any program of the chapter.

use test_support::interrupt;

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let executable = env!("CARGO_BIN_EXE_ch09-shared-data");
    for program in interrupt::programs(executable) {
        interrupt::leaves_nothing(executable, &program, &[]);
    }
}
