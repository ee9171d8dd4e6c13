//! A program whose main lacks the one line: this test's own main is libtest's,
//! which knows nothing of `init`.

use ch08_multiprocessing::{Process, StartError, StartMethod, active_children};

fn never_called(_: ()) {}

#[test]
fn a_main_without_init_is_told_in_one_sentence_and_nothing_starts() {
    for method in [StartMethod::Spawn, StartMethod::Fork] {
        let error = Process::new(never_called, ()).method(method).start().unwrap_err();
        assert!(matches!(error, StartError::NotInitialised));
        assert_eq!(
            error.to_string(),
            "main must begin with ch08_multiprocessing::init(); without that line the child \
             would run the whole program again"
        );
    }
    assert!(active_children().is_empty());
}
