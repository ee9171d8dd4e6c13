//! What a student does, from `start` to the last check.

use harness::grading::assignment::Assignment;
use harness::grading::intake::Taken;
use std::path::{Path, PathBuf};
use std::process::Command;

fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course")
}

/// The files of `solution`, `wrong/NAME` …
fn tally(variant: &str) -> Taken {
    Assignment::load(&course(), "01-tally").unwrap().sample(variant).unwrap()
}

/// Runs a verb in `folder`; what it prints, and its exit code.
fn harness(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code().unwrap())
}

#[test]
fn from_the_start_to_the_last_check() {
    let course = course();
    let at = ["--course", course.to_str().unwrap()];
    let home = tempfile::tempdir().unwrap();
    let verb = |folder: &Path, arguments: &[&str]| harness(folder, &[arguments, &at].concat());

    let (text, code) = verb(home.path(), &["start", "tally"]);
    assert_eq!(code, 0, "{text}");
    let points = "about 20 minutes, 6 points, of which 1 is for checks that you cannot see";
    assert!(text.contains(points), "{text}");
    let copy = home.path().join("01-tally");
    let build =
        Command::new("cargo").args(["build", "--offline", "-q"]).current_dir(&copy).status();
    assert!(build.unwrap().success(), "the starter builds by itself");

    // Nothing of the student's is overwritten.
    std::fs::write(copy.join("src/lib.rs"), "// mine").unwrap();
    let (text, code) = verb(home.path(), &["start", "tally"]);
    assert!(code == 1 && text.contains("nothing in it is overwritten"), "{text}");
    assert_eq!(std::fs::read_to_string(copy.join("src/lib.rs")).unwrap(), "// mine");

    // A mistake of the compiler's is shown with the student's own path.
    std::fs::write(copy.join("src/lib.rs"), "pub fn broken() -> u8 { \"text\" }").unwrap();
    let (text, code) = verb(&copy.join("src"), &["check"]);
    assert!(code == 1 && text.contains("--> src/lib.rs:1:25"), "{text}");

    let write = |variant: &str| {
        tally(variant).write(&copy).unwrap();
    };
    write("wrong/load_and_store");
    let (text, code) = verb(&copy, &["check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("failed: loses_nothing") && !text.contains("hint 1"), "{text}");
    assert!(!text.contains("main panics at"), "what went wrong is said once: {text}");
    assert!(!text.contains("schedule"), "no verb of a student's takes one: {text}");
    assert!(text.contains("self.total.store(seen + n, SeqCst)"), "the run is drawn: {text}");

    // Hints come one after the other, and the next check shows those that were asked for.
    let (text, _) = verb(&copy, &["hint"]);
    assert!(text.contains("1 of 2: Between reading") && !text.contains("2 of 2"), "{text}");
    let (text, _) = verb(&copy, &["hint", "--language", "zh"]);
    assert!(text.contains("提示 2/2：持有锁"), "{text}");
    let (text, _) = verb(&copy, &["check"]);
    assert!(text.contains("hint 2 of 2: Hold the lock"), "{text}");
    let (text, code) = verb(&copy, &["hint", "--check", "waits_in_a_loop"]);
    assert!(code == 1 && text.contains("there is no check waits_in_a_loop"), "{text}");

    write("solution");
    let (text, code) = verb(&copy, &["check"]);
    assert_eq!(code, 0, "{text}");
    let score = "5 of 5 points that you can see; 1 more is for checks that you cannot see";
    assert!(text.contains(score), "hidden checks are not run: {text}");
    assert!(text.lines().all(|line| line.trim_end() == line), "blanks at an end: {text:?}");
    let (text, code) = verb(&copy, &["hint"]);
    assert!(code == 1 && text.contains("every check was passed"), "{text}");
    let (text, code) = verb(home.path(), &["check"]);
    assert!(code == 4 && text.contains("is in no working copy"), "{text}");
}

#[test]
fn the_students_copy_of_a_course_checks_and_gives_nothing_away() {
    let home = tempfile::tempdir().unwrap();
    let course = course();
    let export = ["course", "export", "--students", "public", "--course", course.to_str().unwrap()];
    let (text, code) = harness(home.path(), &export);
    assert_eq!(code, 0, "{text}");
    let (text, code) = harness(home.path(), &export);
    assert!(code == 1 && text.contains("nothing is overwritten"), "{text}");

    let folder = home.path().join("public/chapters/01-tally/assignment");
    for name in ["solution", "alternatives", "wrong"] {
        assert!(!folder.join(name).exists(), "{name} is in the students' copy");
    }
    for name in ["checks.rs", "assignment.toml"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(!text.contains("waits_in_a_loop"), "{name} has a hidden check");
    }
    let (_, code) = harness(home.path(), &["start", "tally", "mine", "--course", "public"]);
    assert_eq!(code, 0);
    let from = course.join("chapters/01-tally/assignment/solution/src/lib.rs");
    std::fs::copy(from, home.path().join("mine/src/lib.rs")).unwrap();
    let (text, code) = harness(home.path(), &["check", "mine", "--course", "public"]);
    assert_eq!(code, 0, "{text}");
}

/// Every assignment of this course can be begun with the copy, and nothing in it leads to a solution.
#[test]
fn the_students_copy_of_this_course_is_whole() {
    let home = tempfile::tempdir().unwrap();
    let (text, code) = harness(home.path(), &["course", "export", "--students", "public"]);
    assert_eq!(code, 0, "{text}");
    let public = home.path().join("public");
    let names = harness::grading::assignment::names(&public).unwrap();
    assert_eq!(names.len(), 12);
    for name in names {
        let assignment = Assignment::load(&public, &name).unwrap();
        assert!(assignment.manifest.wrong.is_empty() && assignment.manifest.cheats.is_empty());
        let (text, code) = harness(home.path(), &["start", &name, "--course", "public"]);
        assert_eq!(code, 0, "{text}");
    }
    // A name that is somewhere else is not given away either.
    let course = course();
    let from = home.path().join("from");
    let copied = Command::new("cp").arg("-r").arg(&course).arg(&from).status().unwrap();
    assert!(copied.success());
    let told = "chapters/01-tally/assignment/starter/src/lib.rs";
    let starter = std::fs::read_to_string(from.join(told)).unwrap();
    std::fs::write(from.join(told), starter + "\n// For waits_in_a_loop.\n").unwrap();
    let more = ["course", "export", "--students", "more", "--course", "from"];
    let (text, code) = harness(home.path(), &more);
    assert!(code == 1 && text.contains("names waits_in_a_loop"), "{text}");
}

#[test]
fn a_copy_remembers_its_course() {
    let home = tempfile::tempdir().unwrap();
    // The same name as one of the harness's own, and other points.
    let from = course().join("chapters/01-tally/assignment");
    let chapter = home.path().join("my course/chapters/07-queue/assignment");
    std::fs::create_dir_all(chapter.parent().unwrap()).unwrap();
    let copied = Command::new("cp").arg("-r").arg(&from).arg(&chapter).status().unwrap();
    assert!(copied.success());
    let (text, code) = harness(home.path(), &["start", "7", "mine 7", "--course", "my course"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("`harness watch 'mine 7'`"), "{text}");
    for arguments in [&["check", "mine 7"][..], &["hint", "mine 7"]] {
        let (text, _) = harness(home.path(), arguments);
        assert!(text.contains("counts_alone"), "it is this course that judges: {text}");
    }
    // Another one can be asked for.
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_str().unwrap();
    let (text, _) = harness(home.path(), &["hint", "mine 7", "--course", own]);
    assert!(text.contains("first_due_first_out"), "{text}");
    std::fs::rename(home.path().join("my course"), home.path().join("moved")).unwrap();
    let (text, code) = harness(home.path(), &["check", "mine 7"]);
    assert!(code == 4 && text.contains("which is not there; `--course DIR`"), "{text}");
    let (text, _) = harness(home.path(), &["check", "mine 7", "--course", "moved"]);
    assert!(text.contains("counts_alone"), "{text}");
}

/// What `harness start` of commit f12c787 wrote, and what `check` and `hint` did afterwards.
#[test]
fn a_copy_that_an_older_harness_has_made_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let copy = home.path();
    let course = course().canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"assignment-01-tally\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         publish = false\n\n# By this the harness knows what it checks.\n\
         [package.metadata.every-interleaving]\nassignment = \"01-tally\"\ncourse = {course:?}\n\n\
         [lints.rust]\nunsafe_code = \"forbid\"\n\n\
         # A package of its own, wherever it lies.\n[workspace]\n"
    );
    let progress = r#"{
  "hints": { "loses_nothing": 1, "a_check_that_is_gone": 3 },
  "last": { "counts_alone": "pass", "loses_nothing": "fail", "wakes_everybody": "not_run" }
}"#;
    tally("wrong/load_and_store").write(copy).unwrap();
    for (name, text) in [
        ("Cargo.toml", manifest.as_str()),
        (".gitignore", "/target\n"),
        (".progress.json", progress),
        ("README.md", "# A tally\n"),
        ("README.zh-CN.md", "# 计数器\n"),
    ] {
        std::fs::write(copy.join(name), text).unwrap();
    }
    // The first hint was shown then.
    let (text, code) = harness(copy, &["hint"]);
    assert!(code == 0 && text.contains("2 of 2: Hold the lock"), "{text}");
    let (text, code) = harness(copy, &["check"]);
    assert!(code == 1 && text.contains("failed: loses_nothing"), "{text}");
    tally("solution").write(copy).unwrap();
    let (text, code) = harness(copy, &["check"]);
    assert!(code == 0 && text.contains("5 of 5 points that you can see"), "{text}");

    // A course that has been reorganised since has another name for it, or none.
    let renamed = manifest.replace("\"01-tally\"", "\"01-counter\"");
    std::fs::write(copy.join("Cargo.toml"), renamed).unwrap();
    let (text, code) = harness(copy, &["check"]);
    let sentence = "there is no assignment 01-counter; there are: 01-tally";
    assert!(code == 2 && text.contains(sentence), "{text}");
}

#[test]
fn a_student_can_be_spoken_to_in_chinese() {
    let home = tempfile::tempdir().unwrap();
    let course = course();
    let verb = |arguments: &[&str]| {
        let zh = ["--course", course.to_str().unwrap(), "--language", "zh"];
        harness(home.path(), &[arguments, &zh].concat()).0
    };
    let text = verb(&["start", "tally", "mine"]);
    assert!(text.contains("大约 20 分钟，6 分，其中 1 分属于看不见的检查"), "{text}");
    let write = |variant: &str| {
        tally(variant).write(&home.path().join("mine")).unwrap();
    };
    write("wrong/load_and_store");
    let text = verb(&["check", "mine"]);
    for sentence in
        ["看得见的检查 3 分，满分 5 分", "通过", "未过", "未通过: loses_nothing", "应为: 2"]
    {
        assert!(text.contains(sentence), "{sentence} is missing: {text}");
    }
    for sentence in ["写成 1（SeqCst），盖掉了 adder 写的 1", "那次更新丢失了。", "执行一步"]
    {
        assert!(text.contains(sentence), "{sentence} is missing in the picture: {text}");
    }
    write("wrong/off_by_one");
    let text = verb(&["check", "mine"]);
    assert!(text.contains("未运行，因为它依赖 counts_alone"), "{text}");
    write("solution");
    let text = verb(&["check", "mine"]);
    assert!(text.contains("经 4 次执行证明") && !text.contains("proved"), "{text}");
    let text = verb(&["hint", "mine"]);
    assert!(text.contains("上一次所有检查都通过了"), "{text}");
}

#[test]
fn what_cannot_be_checked_is_explained() {
    let home = tempfile::tempdir().unwrap();
    let course = course();
    let at = ["--course", course.to_str().unwrap()];
    harness(home.path(), &[&["start", "tally", "mine"][..], &at].concat());
    let lib = home.path().join("mine/src/lib.rs");
    // Cargo builds this; the checks do not.
    let more = format!("use std::fs as _;\n{}", std::fs::read_to_string(&lib).unwrap());
    std::fs::write(&lib, more).unwrap();
    let (text, _) = harness(home.path(), &["check", "mine"]);
    assert!(text.contains("unresolved import `std::fs`"), "{text}");
    assert_eq!(text.matches("a `std` that has no files").count(), 1, "{text}");
    std::fs::write(&lib, "pub fn broken() -> u8 { \"text\" }").unwrap();
    let (text, _) = harness(home.path(), &["check", "mine"]);
    assert!(!text.contains("a `std` that has no files"), "{text}");
    std::fs::remove_file(&lib).unwrap();
    let (text, code) = harness(home.path(), &["check", "mine"]);
    let says = "This cannot be checked: there is no src/lib.rs in it";
    assert!(code == 1 && text.contains(says) && !text.contains("submission"), "{text}");
    assert!(text.contains("in another folder gives it back"), "{text}");
}

/// A queue that looks every 10 ms.
const POLLS: &str = r#"
use std::sync::Mutex;
use std::time::{Duration, Instant};
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GetError { TimedOut, ShutDown }
pub struct DelayQueue<T> { items: Mutex<Vec<(Instant, T)>> }
impl<T> DelayQueue<T> {
    pub fn new() -> Self { Self { items: Mutex::new(Vec::new()) } }
    pub fn put(&self, item: T, due: Instant) -> Result<(), T> {
        let mut items = self.items.lock().unwrap();
        let place = items.partition_point(|other| other.0 <= due);
        items.insert(place, (due, item));
        Ok(())
    }
    pub fn get(&self) -> Option<T> {
        loop {
            {
                let mut items = self.items.lock().unwrap();
                let now = Instant::now();
                if items.first().is_some_and(|item| item.0 <= now) { return Some(items.remove(0).1); }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    pub fn get_timeout(&self, _: Duration) -> Result<T, GetError> { Err(GetError::TimedOut) }
    pub fn shutdown(&self) {}
    pub fn len(&self) -> usize { self.items.lock().unwrap().len() }
    pub fn is_empty(&self) -> bool { self.len() == 0 }
}
"#;

#[test]
fn what_goes_wrong_in_one_thread_is_said_without_a_picture() {
    let home = tempfile::tempdir().unwrap();
    harness(home.path(), &["start", "7", "mine"]);
    std::fs::write(home.path().join("mine/src/lib.rs"), POLLS).unwrap();
    let (text, _) = harness(home.path(), &["check", "mine"]);
    let (_, told) = text.split_once("failed: first_due_first_out").expect("it polls, and is late");
    let told = told.split("\n\n").next().unwrap();
    assert!(told.contains("too late"), "{text}");
    assert!(told.contains("checks.rs:"), "{text}");
    // Its run has a hundred steps of one thread, which show nothing that the message does not say.
    assert!(!told.contains('│') && !told.contains('●'), "{text}");
}

#[test]
fn a_program_check_says_what_was_sent_and_how_to_send_it_again() {
    let home = tempfile::tempdir().unwrap();
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("chapters");
    harness(home.path(), &["start", "1", "one"]);
    let (text, _) = harness(home.path(), &["check", "one"]);
    let sent = "a command is not run, and so it was";
    assert!(text.contains(sent), "{text}");
    let judge = chapters.join("01-processes/assignment/judge.rs");
    let judge = std::fs::read_to_string(judge).unwrap();
    let line =
        judge.lines().position(|line| line.contains(r#""a command is not run", &[long]"#)).unwrap()
            + 1;
    assert!(text.contains(&format!("(judge.rs:{line})")), "the line of the check: {text}");
    let seed = |text: &str| {
        let (_, rest) = text.split_once("The inputs came from seed ").expect("it says so");
        rest.split_once(';').unwrap().0.to_owned()
    };
    let first = seed(&text);
    assert!(text.contains(&format!("`harness check one --seed {first}` sends the same")), "{text}");
    // Of a million numbers, three that are equal are no luck.
    let again = || seed(&harness(home.path(), &["check", "one"]).0);
    assert!(again() != first || again() != first, "the seed is fixed");
    let (text, _) = harness(home.path(), &["check", "one", "--seed", "7"]);
    assert_eq!(seed(&text), "7");

    harness(home.path(), &["start", "10", "ten"]);
    let (text, _) = harness(home.path(), &["check", "ten"]);
    assert!(text.contains("the program printed more than 64 KB, which is the limit"), "{text}");
}
