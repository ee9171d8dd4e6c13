//! Loops, and what only looks like one: each program says what is right, and is told so.
//!
//! | file | holds |
//! |---|---|
//! | `give_up`, `spin_then_park` | loops that give up by themselves |
//! | `selfwake` | rounds that change something and change it back |
//! | `verdicts` | programs that do not spin, and time-outs |
//! | `cliffs` | progress kept in all kinds of memory; real livelocks; costs |
//! | `polite` | threads that give way to each other |
//! | `misses`, `held` | what others do between two rounds |

#[path = "loops/cliffs.rs"]
mod cliffs;
#[path = "loops/give_up.rs"]
mod give_up;
#[path = "loops/held.rs"]
mod held;
#[path = "loops/misses.rs"]
mod misses;
#[path = "loops/polite.rs"]
mod polite;
#[path = "loops/selfwake.rs"]
mod selfwake;
#[path = "loops/spin_then_park.rs"]
mod spin_then_park;
#[path = "loops/verdicts.rs"]
mod verdicts;

use explore_engine::{Config, Explorer, Outcome};

fn explore_with(config: Config, scenario: fn()) -> Outcome {
    Explorer::new(Config { minimise: false, ..config }).run("scenario", scenario)
}

/// Each is explored, and what is told is held against what is right: the start of the verdict.
#[track_caller]
fn are_told(config: &Config, scenarios: &[(&str, fn(), &str)]) {
    let told = scenarios.iter().map(|&(name, scenario, _)| {
        let outcome = explore_with(config.clone(), scenario);
        // The picture of a failure must be there, and its schedule must show it again.
        if outcome.is_failed() {
            let schedule = outcome.schedule.as_deref().expect("a failure has a schedule");
            let again = Explorer::new(config.clone()).replay(name, scenario, schedule);
            assert!(again.is_ok_and(|again| again.is_failed()), "{name} is shown again");
        }
        (name, outcome.to_string())
    });
    let wrong: Vec<_> = told
        .zip(scenarios)
        .filter(|((_, told), (_, _, right))| !told.starts_with(right))
        .map(|((name, told), (_, _, right))| format!("{name}: {right} is right, told: {told}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! all {
    ($($module:ident: $($name:ident)*),* $(,)? => $right:expr) => {
        &[$($((stringify!($name), $module::$name as fn(), $right)),*),*]
    };
}

#[test]
fn loops_that_give_up_are_seen_to() {
    let config = Config::default();
    are_told(&config, all!(give_up: three_try_locks three_try_recvs looks_2 looks_3 => "failed: "));
    let park = all!(spin_then_park:
        one_look two_looks three_looks four_looks ten_looks hundred_looks goes_on_without_the_lock
        => "failed: ");
    are_told(&config, park);
}

#[test]
fn what_does_not_spin_is_not_taken_for_a_loop() {
    let config = Config::default();
    are_told(&config, all!(verdicts: bank straight_line sampler => "failed: main panics"));
    are_told(&config, all!(verdicts: sum => "proved: 1 execution covers"));
    are_told(&config, all!(misses: three_of_eight held_twice => "failed: "));
    are_told(&config, all!(held: held_2 held_3 held_4 => "failed: "));
}

#[test]
fn what_changes_and_changes_back_is_a_round_as_well() {
    let config = Config::default();
    are_told(&config, all!(selfwake: unparks_itself executor_like trial_and_back => "proved: "));
    let counts = explore_with(config, selfwake::counts_its_attempts);
    assert!(counts.to_string().starts_with("proved for 200 yields in a row: "), "{counts}");
    assert!(counts.bounds.iter().any(|bound| bound.contains("200 yields")), "{:?}", counts.bounds);
}

#[test]
fn what_is_merely_long_is_no_failure() {
    let config = Config { random_executions: 20, ..Config::default() };
    let long = all!(verdicts: long_but_finite, cliffs: counts_for_ever => "not proved: ");
    are_told(&config, long);
    for (_, scenario, _) in long {
        let outcome = explore_with(config.clone(), *scenario);
        assert!(outcome.summary.contains("no end within 20000 steps"), "{outcome}");
    }
    let config = Config { max_steps: 25_000, ..config };
    are_told(&config, all!(verdicts: long_but_finite => "proved: 1 execution covers"));
}

#[test]
fn progress_is_seen_wherever_it_is_kept() {
    let kept = all!(cliffs:
        counts_in_a_box counts_in_a_vec counts_in_a_thread_local counts_in_a_static
        counts_on_mains_stack gives_up_by_the_clock
        => "failed: ");
    are_told(&Config::default(), kept);
}

#[test]
fn a_livelock_is_only_what_goes_round() {
    let livelocks = all!(cliffs: livelock_of_two livelock_that_writes => "failed: livelock");
    are_told(&Config::default(), livelocks);
    let right = all!(
        cliffs: two_poll two_poll_a_vec peterson, misses: polls_and_tries,
        held: lets_go_for_a_moment
        => "proved: ");
    are_told(&Config::default(), right);
}

/// Each sees the other's flag or lock, and tries again. What is shown is short, and says what it is.
#[test]
fn threads_that_give_way_to_each_other_for_ever_are_a_livelock() {
    let max_time = std::time::Duration::from_secs(3600);
    let config = Config { random_executions: 0, max_time, ..Config::default() };
    for &(name, scenario, _) in
        all!(polite: flags flags_asleep try_locks three_flags after_you => "failed: livelock")
    {
        let outcome = explore_with(config.clone(), scenario);
        assert_eq!(outcome.failure(), "livelock", "{name}: {outcome}");
        assert!(
            outcome.summary.contains("all is as it was some steps before"),
            "{name}: {outcome}"
        );
        let steps = outcome.trace.unwrap().steps.len();
        assert!(steps < 400, "{name}: {steps} steps are shown");
        let schedule = outcome.schedule.unwrap();
        let again = Explorer::new(config.clone()).replay(name, scenario, &schedule).unwrap();
        assert_eq!((again.failure(), again.summary), ("livelock", outcome.summary), "{name}");
    }
    are_told(&config, all!(polite: counted in_one_order => "proved: "));
}

/// Who counts its rounds comes back to nothing, however long it goes on.
#[test]
fn threads_that_count_how_often_they_give_way_are_no_livelock() {
    let config = Config {
        random_executions: 0,
        max_executions: 2_500,
        max_steps: 1_500,
        max_time: std::time::Duration::from_secs(3600),
        ..Config::default()
    };
    let outcome = explore_with(config, polite::counts_its_rounds);
    assert!(outcome.to_string().starts_with("not proved: "), "{outcome}");
}

#[test]
fn counted_loops_cost_an_execution_a_look_and_less_if_that_is_asked_for() {
    let count = |looks, scenario: fn()| {
        let outcome = explore_with(Config { looks, ..Config::default() }, scenario);
        assert!(outcome.is_proved(), "{outcome}");
        (outcome.executions, outcome.within)
    };
    let two = Some("2 looks".to_owned());
    assert_eq!(count(None, cliffs::one_loop_of_10), (11, None));
    assert_eq!(count(None, cliffs::one_loop_of_100), (101, None));
    assert_eq!(count(Some(2), cliffs::one_loop_of_100), (3, two.clone()));
    assert_eq!(count(Some(2), cliffs::one_loop_of_1000), (3, two.clone()));
    assert_eq!(count(None, cliffs::two_loops_of_10), (121, None));
    assert_eq!(count(None, cliffs::locks_2_of_10), (24, None));
    assert_eq!(count(Some(2), cliffs::locks_3_of_3), (135, two.clone()));
    assert_eq!(count(Some(2), cliffs::two_loops_of_30), (9, two.clone()));
    assert_eq!(count(Some(2), cliffs::two_loops_of_100), (9, two.clone()));
    assert_eq!(count(Some(2), cliffs::locks_2_of_100), (8, two.clone()));
    assert_eq!(count(Some(2), cliffs::locks_3_of_10).1, two);
    // The bound has its price, and the verdict says so.
    let eight = count(Some(2), misses::three_of_eight);
    assert_eq!(eight.1.as_deref(), Some("2 looks"));
}

#[test]
fn time_outs_fire_at_any_moment_a_few_times_a_thread() {
    let config = Config { eager_timeouts: true, ..Config::default() };
    are_told(&config, all!(give_up: three_recv_timeouts => "failed: "));
    are_told(&config, all!(verdicts: tries_again => "proved"));
    are_told(
        &config,
        all!(verdicts: tries_again_with_a_condvar tries_again_parked => "proved for 3 early time-outs"),
    );
    // To wait for no time is to look.
    are_told(&Config::default(), all!(verdicts: waits_for_no_time => "failed: "));
}
