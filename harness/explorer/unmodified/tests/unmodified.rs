//! Every name of unmodified code leads to the stand-in.

use std::cell::OnceCell;
use std::explore::{Config, Explorer};

#[test]
fn types_are_the_engines() {
    for origin in explore_unmodified::origins() {
        assert!(origin.starts_with("explore_engine::"), "{origin} is not the engine's");
    }
}

#[test]
fn bare_macros_print_for_their_execution() {
    let config = Config { outputs: true, ..Config::default() };
    let outcome = Explorer::new(config).run("prints", explore_unmodified::prints);
    assert!(outcome.is_proved(), "{outcome}");
    let mut texts: Vec<_> = outcome.outputs.iter().map(|printed| printed.stdout.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["1 2\nother\n", "1 other\n2\n", "other\n1 2\n"]);
}

#[test]
fn thread_locals_belong_to_explored_threads() {
    let outcome = Explorer::default().run("counts", || assert_eq!(explore_unmodified::counts(), 1));
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
#[cfg(target_os = "linux")]
fn maps_have_one_order() {
    let first = OnceCell::new();
    let outcome = Explorer::default().run("map", move || {
        let order = explore_unmodified::order_of_a_map();
        assert_eq!(*first.get_or_init(|| order.clone()), order);
    });
    assert!(outcome.is_proved() && outcome.executions == 2, "{outcome}");
}
