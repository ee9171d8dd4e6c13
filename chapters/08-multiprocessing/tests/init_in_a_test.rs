//! `init` in a test function: its main is libtest's, which knows no children.

use ch08_multiprocessing::{Process, StartError, active_children, init};

fn never_called(_: ()) {}

#[test]
fn a_test_with_a_main_of_libtests_is_told_what_to_do() {
    init();
    for _ in 0..2 {
        let error = Process::new(never_called, ()).start().unwrap_err();
        assert!(matches!(error, StartError::NoInit { code: 101 }), "{error:?}");
        assert!(error.to_string().contains("harness = false"), "{error}");
    }
    // So large that it has to be taken before the start returns.
    let error = Process::new(drop, vec![0_u8; 8 << 20]).start().unwrap_err();
    assert!(matches!(error, StartError::NoInit { code: 101 }), "{error:?}");
    assert!(active_children().is_empty());
}
