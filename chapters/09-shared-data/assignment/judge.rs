//! What a histogram must do whose writers may be killed, seen from outside.
//!
//! No check kills at random. A writer is held, and goes on a system call at a time; what others can see changes only there.

use judge::{Call, Held, Program, Random, Run, Signal, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Up to how many calls a writer is stopped after each of them, and at how many of more.
const ALL: usize = 60;
const MANY: usize = 24;

/// As `MANY`, where each is tried with each.
const FEW: usize = 9;

/// Bucket and count.
type Counts = BTreeMap<u32, u64>;

/// A shell that does what it is told, line by line, in a folder for the histogram, and says how it ended. `held` starts a process that stops
/// before it becomes the program.
const SHELL: &str = r#"
mkdir work && cd work || exit 1
program=$0
held() { to=$1; shift; sh -c 'kill -STOP $$; exec "$@"' - "$program" "$@" > "../$to" & echo "$!"; }
while read -r line; do eval "$line"; echo "= $?"; done
"#;

/// A jail with a histogram in it.
struct Stage {
    run: Run,
}

impl Stage {
    fn new(program: &Program) -> Stage {
        Stage { run: program.start_shell(SHELL) }
    }

    /// What a command of the shell prints, and its exit code.
    #[track_caller]
    fn shell(&mut self, command: &str) -> (Vec<String>, i32) {
        self.run.send_line(command);
        let mut lines = Vec::new();
        loop {
            let line = self.run.line();
            match line.strip_prefix("= ").and_then(|code| code.parse().ok()) {
                Some(code) => return (lines, code),
                None => lines.push(line),
            }
        }
    }

    /// Runs the program, what it prints and its exit code. What it leaves running is killed: no count may hang on that.
    #[track_caller]
    fn program(&mut self, arguments: &str) -> (Vec<String>, i32) {
        let came_to = self.shell(&format!("\"$program\" {arguments}"));
        self.run.until("a process that the program has left behind cannot be killed", |all| {
            let left = all.iter().skip(1);
            left.clone().for_each(|process| self.run.signal(process.pid, Signal::Kill));
            left.len() == 0
        });
        came_to
    }

    #[track_caller]
    fn add(&mut self, update: &[u32]) -> i32 {
        self.program(&add(update)).1
    }

    #[track_caller]
    fn show(&mut self) -> Counts {
        let (lines, code) = self.program("show counts");
        assert_eq!(code, 0, "the exit code of show");
        counts(&lines)
    }

    /// A process of the program that goes on only as it is told.
    #[track_caller]
    fn held(&mut self, arguments: &str) -> Held {
        self.held_to("said", arguments)
    }

    /// The same, which prints to this file.
    #[track_caller]
    fn held_to(&mut self, file: &str, arguments: &str) -> Held {
        let (lines, _) = self.shell(&format!("held {file} {arguments}"));
        let pid = lines.last().and_then(|line| line.parse().ok()).expect("the shell says a number");
        self.run.hold(pid)
    }

    /// What the last held process has printed.
    #[track_caller]
    fn said(&mut self) -> Counts {
        counts(&self.shell("cat ../said").0)
    }
}

fn add(update: &[u32]) -> String {
    update.iter().fold("add counts".to_owned(), |text, bucket| format!("{text} {bucket}"))
}

/// What `show` has printed: each bucket once, the smallest first.
#[track_caller]
fn counts(lines: &[String]) -> Counts {
    let mut counts = Counts::new();
    for line in lines {
        let parsed = line.split_once(' ').and_then(|(bucket, count)| {
            Some((bucket.parse::<u32>().ok()?, count.parse::<u64>().ok()?))
        });
        let Some((bucket, count)) = parsed else { panic!("show printed {line:?}") };
        let after = counts.last_key_value().is_none_or(|(last, _)| *last < bucket);
        assert!(after && count > 0, "show printed {line:?} after {counts:?}");
        counts.insert(bucket, count);
    }
    counts
}

fn with(counts: &Counts, update: &[u32]) -> Counts {
    let mut counts = counts.clone();
    for bucket in update {
        *counts.entry(*bucket).or_default() += 1;
    }
    counts
}

/// Several buckets at both ends, one of them twice: half an update is always told from a whole one.
fn update(random: &mut Random) -> Vec<u32> {
    let mut update: Vec<u32> = (0..random.usize(2..6)).map(|_| random.u32(1..63)).collect();
    update.extend([0, 63, update[0]]);
    random.shuffle(&mut update);
    update
}

/// Updates one after the other.
pub fn updates_are_counted(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    assert_eq!(stage.show(), Counts::new(), "a file that does not exist");
    let mut expected = Counts::new();
    for _ in 0..10 {
        let update = update(&mut random);
        assert_eq!(stage.add(&update), 0, "the exit code of add");
        expected = with(&expected, &update);
        assert_eq!(stage.show(), expected);
    }
}

/// A wrong bucket among right ones.
pub fn a_wrong_update_counts_nothing(program: &Program) {
    let mut stage = Stage::new(program);
    assert_eq!(stage.add(&[1, 2]), 0);
    for wrong in ["5 64", "5 -1 6", "5 six"] {
        let code = stage.program(&format!("add counts {wrong} 2>/dev/null")).1;
        assert_eq!(code, 2, "the exit code of add {wrong}");
        assert_eq!(stage.show(), with(&Counts::new(), &[1, 2]), "after add {wrong}");
    }
}

/// Many updates of all buckets, and then the size of all files.
pub fn the_files_do_not_grow(program: &Program) {
    let mut stage = Stage::new(program);
    let all: Vec<u32> = (0..64).collect();
    let many =
        format!("i=0; while [ $i -lt 300 ]; do \"$program\" {}; i=$((i+1)); done", add(&all));
    stage.shell(&many);
    let expected: Counts = (0..64).map(|bucket| (bucket, 300)).collect();
    assert_eq!(stage.show(), expected);
    let (lines, _) = stage.shell("cat ./* | wc -c");
    let bytes: u64 = lines[0].trim().parse().expect("wc prints a number");
    assert!(bytes < 16 << 10, "after 300 updates the files have {bytes} bytes");
}

/// Adds once, and returns after how many calls of a kind a writer is to be stopped: after each of them, and once not at all. Of very many
/// only so many: at the beginning, at the end and between; where there are more than `ALL`, round the one that makes the update count, and others that are
/// drawn. So calls of no use hide nothing.
fn stops(
    (program, stage): (&Program, &mut Stage),
    once: &[u32],
    kind: fn(&Call) -> bool,
    most: usize,
) -> Vec<usize> {
    assert_eq!(stage.add(once), 0, "the exit code of add");
    // A histogram of its own, to which somebody has added before: what the killed leave behind there is none of the check's business.
    let mut trial = Stage::new(program);
    trial.add(once);
    let mut held = trial.held(&add(once));
    let mut calls = 0;
    while !after(&mut held, 1, kind) {
        calls += 1;
    }
    if calls <= most || most == MANY && calls <= ALL {
        return (1..=calls + 1).collect();
    }
    let third = most / 3;
    if calls <= ALL {
        let between = (0..third).map(|i| third + 1 + i * (calls - 2 * third) / third);
        return (1..=third).chain(between).chain(calls - third + 1..=calls + 1).collect();
    }
    let mut random = program.random();
    let counts = turning_point((&mut trial, &mut random), calls, kind);
    let mut stops: BTreeSet<usize> = (1..=third / 2).collect();
    stops.extend(counts.saturating_sub(third / 2).max(1)..=(counts + third / 2).min(calls));
    stops.extend((0..third).map(|_| random.usize(1..=calls)));
    stops.extend(calls - third / 2 + 1..=calls + 1);
    stops.into_iter().collect()
}

/// After how many of its `calls` an update counts whose writer is killed there, or is seen in part, or by nobody. It is looked for by halves.
fn turning_point(
    (stage, random): (&mut Stage, &mut Random),
    calls: usize,
    kind: fn(&Call) -> bool,
) -> usize {
    let mut before = stage.show();
    let (mut none, mut all) = (0, calls + 1);
    while all - none > 1 {
        let middle = none + (all - none) / 2;
        let mine = update(random);
        let mut killed = stage.held(&add(&mine));
        after(&mut killed, middle, kind);
        drop(killed);
        let mut reader = stage.held("show counts");
        if reader.go_on_alone() != Step::Exited(0) {
            return middle;
        }
        let shown = stage.said();
        match () {
            () if shown == before => none = middle,
            () if shown == with(&before, &mine) => (all, before) = (middle, shown),
            () => return middle,
        }
    }
    all
}

/// Lets it make so many calls of a kind. Whether it has ended before.
fn after(held: &mut Held, number: usize, kind: fn(&Call) -> bool) -> bool {
    for _ in 0..number {
        match held.until(kind) {
            Step::Made(_) => {}
            Step::Waits => panic!("a writer waits although nobody else is there"),
            Step::Exited(0) => return true,
            other => panic!("add ended with {other:?}"),
        }
    }
    false
}

/// Stops a writer after each of its system calls. Another adds meanwhile, as far as it can. Then the same with who had to wait: a third adds.
pub fn no_update_is_lost(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    let once = update(&mut random);
    let mut expected = with(&Counts::new(), &once);
    let stops = stops((program, &mut stage), &once, Call::is_shared, MANY);
    let mut waited_at = None;
    for &number in &stops {
        let (mine, yours) = (update(&mut random), update(&mut random));
        let mut first = stage.held(&add(&mine));
        after(&mut first, number, Call::is_shared);
        let mut second = stage.held(&add(&yours));
        // Either it ends while the first stands still, or it waits for the first.
        if second.go_on_alone() == Step::Waits {
            waited_at.get_or_insert(number);
        }
        assert_eq!(first.finish(), Step::Exited(0), "a writer that was stopped for a while");
        assert_eq!(second.finish(), Step::Exited(0), "a writer beside one that stood still");
        expected = with(&with(&expected, &mine), &yours);
        let shown = stage.show();
        assert_eq!(shown, expected, "two added at once, one of them stopped after {number} calls");
    }
    let Some(waited_at) = waited_at else { return };
    for &number in &stops {
        let updates: Vec<Vec<u32>> = (0..3).map(|_| update(&mut random)).collect();
        let mut first = stage.held(&add(&updates[0]));
        after(&mut first, waited_at, Call::is_shared);
        let mut second = stage.held(&add(&updates[1]));
        second.go_on_alone();
        assert_eq!(first.finish(), Step::Exited(0), "a writer for which another waits");
        let ended = after(&mut second, number, Call::is_shared);
        let mut third = stage.held(&add(&updates[2]));
        third.go_on_alone();
        assert_eq!(second.finish(), Step::Exited(0), "a writer that has waited");
        assert_eq!(third.finish(), Step::Exited(0), "a writer beside one that has waited");
        expected = updates.iter().fold(expected, |counts, update| with(&counts, update));
        let shown = stage.show();
        let said = "three added at once, of which one waited, and stood still later";
        assert_eq!(shown, expected, "{said}, {number} calls after it had waited");
        if ended {
            return;
        }
    }
}

/// Kills a writer after each of its system calls. The next one has to come to an end.
pub fn nobody_waits_for_the_dead(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    let once = update(&mut random);
    for number in stops((program, &mut stage), &once, Call::is_shared, MANY) {
        let mut killed = stage.held(&add(&update(&mut random)));
        after(&mut killed, number, Call::is_shared);
        drop(killed);
        let mut next = stage.held(&add(&update(&mut random)));
        let came_to = next.go_on_alone();
        assert_eq!(came_to, Step::Exited(0), "after a writer was killed at its call {number}");
    }
}

/// Kills a writer after each system call that may have changed a file. Its update counts, or it does not.
pub fn all_or_nothing(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    let once = update(&mut random);
    let mut before = with(&Counts::new(), &once);
    for number in stops((program, &mut stage), &once, Call::changes_files, MANY) {
        let (mine, yours) = (update(&mut random), update(&mut random));
        let mut killed = stage.held(&add(&mine));
        let ended = after(&mut killed, number, Call::changes_files);
        drop(killed);
        before = one_of_two(&stage.show(), &before, &mine, ended, number);
        assert_eq!(stage.add(&yours), 0, "the exit code of add after a kill");
        before = with(&before, &yours);
        assert_eq!(stage.show(), before, "after a kill at change {number}, and another update");
    }
}

/// Whether what is shown is the counts with the update, or without it if it did not end. Returns what is shown.
#[track_caller]
fn one_of_two(
    shown: &Counts,
    before: &Counts,
    update: &[u32],
    ended: bool,
    number: usize,
) -> Counts {
    let after = with(before, update);
    if ended {
        assert_eq!(shown, &after, "an update that was counted is gone");
    } else if shown != before {
        assert_eq!(shown, &after, "killed at change {number}, a writer left half an update");
    }
    shown.clone()
}

/// Stops a writer after each of its changes. Who looks meanwhile sees the update or does not, and never half of it.
pub fn readers_see_whole_updates(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    let once = update(&mut random);
    let mut before = with(&Counts::new(), &once);
    for number in stops((program, &mut stage), &once, Call::changes_files, MANY) {
        let mine = update(&mut random);
        let mut writer = stage.held(&add(&mine));
        let ended = after(&mut writer, number, Call::changes_files);
        let mut reader = stage.held("show counts");
        reader.go_on_alone();
        assert_eq!(writer.finish(), Step::Exited(0), "a writer beside a reader");
        assert_eq!(reader.finish(), Step::Exited(0), "a reader beside a writer");
        one_of_two(&stage.said(), &before, &mine, ended, number);
        before = with(&before, &mine);
    }
    a_reader_that_stands_still((&mut stage, &mut random), before);
}

/// Stops a reader after each of its calls; of more than `ALL`, at so many that are drawn. Who adds meanwhile is seen by it, or is not, and never in part.
fn a_reader_that_stands_still((stage, random): (&mut Stage, &mut Random), mut before: Counts) {
    let stopped_after = |reader: &mut Held, number: usize| {
        (0..number).take_while(|_| matches!(reader.until(Call::is_shared), Step::Made(_))).count()
    };
    let calls = stopped_after(&mut stage.held("show counts"), usize::MAX);
    for number in 1..=calls.min(ALL) {
        let number = if calls > ALL { random.usize(1..=calls) } else { number };
        let mine = update(random);
        let mut reader = stage.held("show counts");
        stopped_after(&mut reader, number);
        let mut writer = stage.held_to("nothing", &add(&mine));
        writer.go_on_alone();
        assert_eq!(reader.finish(), Step::Exited(0), "a reader that stood still for a while");
        assert_eq!(writer.finish(), Step::Exited(0), "a writer beside a reader");
        let (shown, after) = (stage.said(), with(&before, &mine));
        assert!(
            shown == before || shown == after,
            "a reader that stood still after {number} calls shows half an update: {shown:?} of {before:?} and {mine:?}"
        );
        before = after;
    }
}

/// Kills a writer after each change, and the next one as well, which has to put things right, after each of its changes.
pub fn the_next_may_be_killed_too(program: &Program) {
    let mut random = program.random();
    let mut stage = Stage::new(program);
    let once = update(&mut random);
    let mut before = with(&Counts::new(), &once);
    let stops = stops((program, &mut stage), &once, Call::changes_files, FEW);
    for (first, second) in stops.iter().flat_map(|first| stops.iter().map(move |s| (*first, *s))) {
        let (mine, yours) = (update(&mut random), update(&mut random));
        for (update, number) in [(&mine, first), (&yours, second)] {
            let mut killed = stage.held(&add(update));
            after(&mut killed, number, Call::changes_files);
        }
        let shown = stage.show();
        let with_mine = with(&before, &mine);
        let possible = [with(&before, &yours), with(&with_mine, &yours), with_mine];
        assert!(
            shown == before || possible.contains(&shown),
            "two were killed, at changes {first} and {second}; {before:?} became {shown:?}"
        );
        before = shown;
    }
}
