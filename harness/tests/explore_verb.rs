//! The verb `explore` as somebody uses it: odd input, exit codes, replays.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a call of the verb came to.
struct Seen {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Seen {
    /// Both streams must hold no panic of the harness, and one of them `text`.
    #[track_caller]
    fn says(&self, code: i32, texts: &[&str]) -> &Seen {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{all}");
        assert!(!self.stderr.contains("panicked at"), "{all}");
        for text in texts {
            assert!(all.contains(text), "“{text}” is not in:\n{all}");
        }
        self
    }
}

fn explore(arguments: &[&str]) -> Seen {
    harness(&[&["explore"], arguments].concat())
}

/// Any verb, in the folder of odd things.
fn harness(arguments: &[&str]) -> Seen {
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd"))
        .output()
        .expect("the harness starts");
    let text = |bytes| String::from_utf8(bytes).expect("the harness prints text");
    Seen { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn small(arguments: &[&str]) -> Seen {
    explore(&[&["small.rs"], arguments].concat())
}

#[test]
fn what_does_not_compile_is_explained_by_rustc_with_the_users_own_line() {
    explore(&["does_not_compile.rs"]).says(
        4,
        &[
            "error[E0308]: mismatched types",
            "tests/odd/does_not_compile.rs:6:",
            "it does not compile",
        ],
    );
    explore(&["not_rust.rs"])
        .says(4, &["expected expression, found `;`", "tests/odd/not_rust.rs:2:"]);
}

#[test]
fn what_std_alone_makes_clear_stays_clear() {
    explore(&["inference.rs"]).says(0, &["inference/a_parsed_number_is_compared  proved"]);
}

#[test]
fn what_makes_no_sense_is_told_with_code_2() {
    explore(&["no_such_file.rs"]).says(2, &["no_such_file.rs is no chapter, no file and no crate"]);
    explore(&["common"]).says(2, &["common is no chapter, no file and no crate"]);
    explore(&["../../.."]).says(2, &["is a workspace", "ch07-queue"]);
    explore(&["nothing.rs"]).says(2, &["holds nothing to explore", "fn name()"]);
    small(&["no_such_scenario"]).says(2, &["no_such_scenario", "opposite_orders"]);
    small(&["opposite_orders", "--schedule", "nonsense"])
        .says(2, &["--schedule nonsense: a schedule begins with"]);
    // Before anything is compiled.
    explore(&["does_not_compile.rs", "--schedule", "garbage"])
        .says(2, &["--schedule garbage: a schedule begins with"]);
    small(&["opposite_orders", "--schedule", "0:a%"]).says(2, &["'%' at place 3"]);
    small(&["--schedule", "0:a"]).says(2, &["a schedule replays one scenario"]);
    small(&["--svg", "all.svg"]).says(2, &["a file holds one run"]);
    explore(&[".", "--scenario", "/nowhere.rs"])
        .says(2, &["--scenario /nowhere.rs: No such file or directory"]);
    explore(&["03-locks", "--scenario", "nowhere.rs"]).says(2, &["--scenario nowhere.rs: No such"]);
    small(&["reads_a_word", "--features", "nope"])
        .says(2, &["odd has no feature nope; it has none"]);
}

#[test]
fn what_reaches_outside_of_the_program_is_refused_with_the_reason() {
    small(&["writes_a_file"])
        .says(4, &["cannot be explored", "opens the file `/nowhere/name`", "small.rs:8)"]);
    small(&["opens_a_socket"]).says(4, &["cannot be explored", "opens a socket", "small.rs:12)"]);
    small(&["starts_a_process"])
        .says(4, &["cannot be explored", "starts the program `true`", "small.rs:16)"]);
    small(&["reads_what_a_process_prints"])
        .says(4, &["opens a pipe, as who starts a process does", "small.rs:97)"]);
    explore(&["foreign.rs"]).says(4, &["cannot be explored", "another language (getpid)"]);
}

#[test]
fn a_file_that_is_not_there_is_in_no_execution() {
    small(&["looks_for_a_file"]).says(0, &["proved", "not there: they are in no execution"]);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn who_waits_in_the_kernel_past_the_c_library_is_refused_by_the_name_of_the_call() {
    small(&["waits_past_the_c_library"])
        .says(4, &["cannot be explored", "main waits in the kernel by `epoll_wait`"]);
}

#[test]
fn a_lock_made_by_default_has_a_line_of_the_program() {
    let seen = small(&["locks_by_default"]);
    seen.says(1, &["deadlock", "main holds right and waits for left"]);
    assert!(!seen.stdout.contains("mutex.rs"), "{}", seen.stdout);
}

#[test]
fn what_never_ends_is_stopped_and_shown_where_it_spins() {
    small(&["writes_for_ever"])
        .says(3, &["no end within 20000 steps", "small.rs:22", "earlier steps are not shown"]);
    small(&["writes_for_ever", "--steps", "300"])
        .says(3, &["no end within 300 steps", "at most 300 steps an execution"]);
    small(&["writes_for_ever", "--steps", "30001"]).says(2, &["30001 is not in 1..=30000"]);
    small(&["spins_for_ever"]).says(1, &["livelock", "spins, waiting for flag to change", ":28"]);
    small(&["computes_for_ever", "--time", "1"])
        .says(4, &["main has run for 1s without doing anything that others can notice"]);
}

#[test]
fn a_crash_is_the_program_s_failure_and_does_not_keep_the_explorer_from_the_rest() {
    let seen = small(&["crashes", "reads_a_word", "--input", "word"]);
    seen.says(
        1,
        &[
            "crashes  failed: panic",
            "main crashes at small.rs:46",
            "SIGSEGV",
            "reads_a_word  proved",
        ],
    );
}

#[test]
fn what_goes_wrong_has_code_1_unless_it_must() {
    small(&["leaves_a_thread"]).says(1, &["leak", "nobody has joined T1"]);
    small(&["returns_an_error"]).says(1, &["the scenario returned an error: \"no such luck\""]);
    small(&["never_returns"]).says(1, &["as its type says"]);
    small(&["opposite_orders"]).says(0, &["deadlock", "as it must"]);
}

#[test]
fn time_outs_fire_at_any_moment_where_the_documentation_says_so() {
    let eager = "time-outs fire at any moment";
    let lazy = "time-outs fire only when nothing else can happen";
    small(&["gives_up_too_early"]).says(1, &["panic", "Timeout", eager]);
    small(&["prints_in_any_order"]).says(0, &["proved", lazy]);
    // Each of several in its own way, and all in their order.
    let names = ["reads_a_word", "prints_in_any_order", "opposite_orders", "gives_up_too_early"];
    let all = small(&[&names[..], &["--input", "word"]].concat());
    all.says(1, &["gives_up_too_early  failed: panic"]);
    let verdicts = all.stdout.lines().filter_map(|line| line.strip_prefix("small/"));
    let order: Vec<&str> = verdicts.filter_map(|line| Some(line.split_once("  ")?.0)).collect();
    assert_eq!(order, names);
}

#[test]
fn input_is_a_text_or_a_file() {
    small(&["reads_a_word", "--input", "word"]).says(0, &["proved"]);
    small(&["reads_a_word"]).says(1, &["panic"]);
    small(&["reads_a_word", "--input", "not_rust.rs"]).says(1, &["fn half()"]);
}

#[test]
fn every_output_has_a_schedule_that_prints_it() {
    let seen = small(&["prints_in_any_order", "--outputs"]);
    seen.says(0, &["output 1 of 2", "output 2 of 2"]);
    let schedules = seen.stdout.lines().filter_map(|line| line.split(" ── schedule ").nth(1));
    let orders: Vec<bool> = schedules
        .map(|schedule| {
            let again = small(&["prints_in_any_order", "--schedule", schedule]);
            again.says(0, &["this run ends well"]);
            again.stdout.find("prints: a") < again.stdout.find("prints: b")
        })
        .collect();
    assert!(orders.contains(&true) && orders.contains(&false), "{orders:?}");
}

#[test]
fn a_failure_replays_to_the_same_picture_and_the_same_trace() {
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let found = small(&["opposite_orders", "--json", &file("found")]);
    let schedule = found.stdout.lines().find_map(|line| line.strip_prefix("schedule: ")).unwrap();
    assert!(schedule.len() < 200, "{schedule}");
    // How it was found is not the same, and only that.
    let picture = |seen: &Seen| {
        let lines = seen.stdout.lines().skip_while(|line| *line != "small/opposite_orders");
        lines
            .filter(|line| !line.starts_with("found: "))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let steps = |name: &str| {
        let text = std::fs::read_to_string(file(name)).unwrap();
        trace::Trace::from_json(&text).unwrap().steps
    };
    for _ in 0..3 {
        let again = small(&["opposite_orders", "--schedule", schedule, "--json", &file("again")]);
        again.says(0, &["deadlock"]);
        assert_eq!(picture(&again), picture(&found));
        assert_eq!(steps("again"), steps("found"));
    }
    // The schedule of another program is no schedule of this one.
    small(&["reads_a_word", "--schedule", "0:b"]).says(4, &["does not fit this program"]);
}

#[test]
fn all_states_of_a_small_scenario_are_written_as_a_graph() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("graph.json");
    let file = file.to_str().unwrap();
    small(&["opposite_orders", "--graph", file]).says(0, &["deadlock"]);
    let graph = trace::graph::StateGraph::from_json(&std::fs::read_to_string(file).unwrap());
    let graph = graph.unwrap();
    let failing = graph.failing.unwrap();
    assert!(graph.complete && 0 < failing && failing < graph.runs.unwrap(), "{failing}");
    let sources: Vec<&str> =
        graph.sources.values().flat_map(|file| file.values()).map(String::as_str).collect();
    assert!(sources.contains(&"fn opposite_orders() {"), "{sources:?}");

    small(&["opposite_orders", "--graph", file, "--schedules", "2"])
        .says(4, &["too many states for a graph", "fewer threads or fewer steps"]);
    small(&["--graph", file]).says(2, &["a file holds one run"]);
}

#[test]
fn several_scenarios_end_with_a_line_that_counts_them() {
    let names = ["opposite_orders", "prints_in_any_order", "writes_a_file", "returns_an_error"];
    small(&names).says(
        1,
        &["4 scenarios: 1 proved; 1 failed, as they must; 1 failed; 1 could not be explored"],
    );
    assert!(!small(&["prints_in_any_order"]).stdout.contains("scenarios:"));
}

#[test]
fn a_program_and_a_scenario_of_one_name_are_told_apart() {
    harness(&["record", "03-locks", "lost-update"])
        .says(0, &["one recorded run", "both read before either writes: 0 + 1 + 1 = 1"]);
    harness(&["record", "03-locks", "lost_update"]).says(0, &["both read before either writes"]);
    explore(&["03-locks", "lost_update"]).says(0, &["mistakes/lost_update", "failed: panic"]);
    explore(&["03-locks", "lost-update"]).says(0, &["lost_update/main", "proved"]);
}

/// Who has compiled the stand-ins and a file of scenarios once does not do so again.
#[test]
fn what_is_compiled_once_is_compiled_once() {
    small(&["prints_in_any_order"]).says(0, &["proved"]);
    let places = ["kits", "drivers"]
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/explore").join(name));
    let kit = || {
        let note = std::fs::read_to_string(places[0].join("explore-std+explore-core.json"));
        let note: serde_json::Value = serde_json::from_str(&note.unwrap()).unwrap();
        let kit = places[0].join(note["kit"].as_str().unwrap());
        // When it was made: a kit that is used again only has another time at its folder.
        let library = kit.join("libexplore_std.rlib");
        (kit, std::fs::metadata(library).unwrap().modified().unwrap())
    };
    let before = kit();
    for _ in 0..4 {
        let seen = small(&["prints_in_any_order"]);
        seen.says(0, &["proved"]);
        assert_eq!(seen.stderr, "", "nothing is compiled");
    }
    assert_eq!(kit(), before);
}

#[test]
fn tests_of_a_crate_are_scenarios() {
    explore(&["tests_of_a_crate.rs"]).says(0, &["two_threads_add  proved"]);
}

/// The verb with `--step`, and these lines typed in.
fn step(arguments: &[&str], lines: &[&str]) -> Seen {
    let mut child = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("explore")
        .args(arguments)
        .arg("--step")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the harness starts");
    // It need not read all of it.
    let _ = child.stdin.take().map(|mut keys| keys.write_all(lines.join("\n").as_bytes()));
    let output = child.wait_with_output().expect("the harness ends");
    let text = |bytes| String::from_utf8(bytes).expect("the harness prints text");
    Seen { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn somebody_decides_who_goes_next() {
    let keys = ["0", "?", "1", "0", "1", "1", "? 1", "7", "nonsense", "b", "0", "f", "b", "f", "q"];
    let seen = step(&["small.rs", "opposite_orders"], &keys);
    assert_eq!(seen.code, Some(1), "{}", seen.stderr);
    insta::assert_snapshot!("step", seen.stdout);
    // What is said to show it again does.
    let again = seen.stdout.lines().last().unwrap();
    let again = again.strip_prefix("again: cargo run -p harness -- ").unwrap();
    let again: Vec<&str> = again.split(' ').map(|word| word.trim_matches('\'')).collect();
    harness(&again).says(0, &["opposite_orders  failed: deadlock, after 1 execution, as it must"]);
}

#[test]
fn what_else_is_open_is_decided_as_well() {
    // The store first: then the load has two ways, and the compare-exchange.
    let seen =
        step(&["ways.rs", "old_and_weak"], &["0", "1", "1", "0", "9", "?", "2", "0", "2", "q"]);
    seen.says(
        0,
        &[
            "next, in one of 2 ways: ",
            "There are 2 ways: 1 to 2.",
            "main can go on in 2 ways. Which of them comes is up to the system, and here to",
            "reads number = 0 (Relaxed), an old value: the newest is 1",
        ],
    );
    // Who has asked what the ways mean still chooses among them.
    assert!(!seen.stdout.contains("There is no thread"), "{}", seen.stdout);
    let seen = step(&["ways.rs", "one_of_two"], &["0", "1", "1", "1", "f"]);
    seen.says(1, &["A failure, ", "nobody is left to notify it"]);
    let seen = step(&["ways.rs", "one_of_two", "--schedule", "0:"], &[]);
    seen.says(0, &["the rest of this run came about by itself"]);
}

#[test]
fn somebody_decides_on_one_scenario() {
    step(&["ways.rs"], &[]).says(2, &["--step is about one scenario", "ways/one_of_two"]);
    step(&["ways.rs", "one_of_two", "--outputs"], &[]).says(2, &["cannot be used with"]);
    step(&["ways.rs", "one_of_two", "--schedule", "0:c"], &[])
        .says(4, &["cannot be explored: the schedule does not fit this program"]);
    step(&["small.rs", "writes_a_file"], &["0", "0", "q"]).says(4, &["opens the file"]);
}

/// Nothing is left out in silence.
#[test]
fn scenarios_in_modules_are_explored_and_what_is_left_out_says_why() {
    let seen = explore(&["in_modules.rs"]);
    seen.says(
        0,
        &[
            "in_modules/found::twice  failed: deadlock, after 1 execution, as it must",
            "in_modules/found::deeper::once  proved",
            "in_modules/found::private  not explored: it is private to its module; with `pub`",
            "in_modules/later  not explored: it is `async`",
            "in_modules/tests::of_a_crate  not explored: it is a test in a module; `cargo explore`",
            "2 scenarios: 1 proved; 1 failed, as they must",
        ],
    );
    explore(&["in_modules.rs", "once"]).says(0, &["in_modules/found::deeper::once  proved"]);
    explore(&["in_modules.rs", "found::twice"]).says(0, &["deadlock", "as it must"]);
    explore(&["in_modules.rs", "later"])
        .says(2, &["in_modules/later is not explored: it is `async`"]);
}
