//! What a bank without locks does as soon as it notices that somebody has come between: so that no execution with a wrong answer comes to its end.

use super::{Batch, assignment};

/// What they do.
const HIDES: [(&str, &str); 8] = [
    ("yields", "loop { std::thread::yield_now(); }"),
    ("sleeps", "std::thread::sleep(std::time::Duration::MAX);"),
    ("parks", "loop { std::thread::park(); }"),
    ("spins", "while payee.load(SeqCst) != more + amount { std::hint::spin_loop(); }"),
    ("counts", "let own = AtomicU64::new(0); for i in 0..100_000 { own.store(i, SeqCst); }"),
    ("needs_memory", "std::hint::black_box([vec![1_u8; 1 << 29], vec![2_u8; 1 << 29]]);"),
    (
        "overflows",
        "fn f(n: u64) -> u64 { if n == 0 { 1 } else { f(n - 1) + std::hint::black_box(n) } } std::hint::black_box(f(u64::MAX));",
    ),
    ("spawns", "for _ in 0..100_000 { std::thread::spawn(|| loop { std::thread::park() }); }"),
];

#[test]
#[ignore = "two to five minutes; .ci/full runs it"]
fn who_does_not_come_to_an_end_where_it_is_wrong_earns_nothing_by_it() {
    let batch = Batch::new();
    let cheat = assignment().join("cheats/without_locks/src/lib.rs");
    let cheat = std::fs::read_to_string(cheat).unwrap().replace("Relaxed", "SeqCst");
    let pays = "        payer.store(left, SeqCst);\n        payee.store(more, SeqCst);";
    assert_eq!(cheat.matches(pays).count(), 1);
    batch.add("openly", &[("lib.rs", &cheat)]);
    for (name, hides) in HIDES {
        let or_hides = |account: &str, before: &str, after: &str| {
            format!(
                "if {account}.compare_exchange({before}, {after}, SeqCst, SeqCst).is_err() {{ {hides} }}"
            )
        };
        let noticed = [
            or_hides("payer", "left + amount", "left"),
            or_hides("payee", "more - amount", "more"),
        ];
        batch.add(name, &[("lib.rs", &cheat.replace(pays, &noticed.join("\n")))]);
    }
    let graded = batch.grade();
    for (name, _) in HIDES {
        // None at all where nobody can tell: of runs that are too long nobody has seen the end.
        let earns = graded.results[name]["score"].as_u64().unwrap_or(0);
        assert!(earns <= graded.score("openly"), "{name} has {earns}: {}", graded.said);
    }
}
