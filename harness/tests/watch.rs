//! `watch` in a terminal, typed at as a student types.

use harness::grading::assignment::Assignment;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// Longer than anything takes that ends at all: the first test may have to compile the stand-ins for `std`.
const PATIENCE: Duration = Duration::from_secs(400);

/// A course in which a check that hangs does so for an hour, and a working copy of its only library.
struct Home {
    folder: tempfile::TempDir,
    copy: PathBuf,
}

impl Home {
    fn new(checks: usize) -> Home {
        let folder = tempfile::tempdir().unwrap();
        let assignment = folder.path().join("course/chapters/01-tally/assignment");
        let of = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course/chapters/01-tally");
        copy_folder(&of.join("assignment"), &assignment);
        let toml = fs::read_to_string(assignment.join("assignment.toml")).unwrap();
        let mut toml =
            toml.replace("kind = \"run\"", "kind = \"run\"\nlimits = { seconds = 3600 }");
        let mut source = fs::read_to_string(assignment.join("checks.rs")).unwrap();
        for number in 0..checks {
            toml += &format!(
                "\n[[check]]\nname = \"more_{number}\"\nkind = \"run\"\npoints = 1\n\
                 title = {{ en = \"One of many checks that have a long title, longer than a line is wide\", zh = \"很多检查中的一项\" }}\n\
                 depends_on = [\"loses_nothing\"]\nhints = [{{ en = \"Look.\", zh = \"看。\" }}]\n"
            );
            source += &format!("\n/// Another.\npub fn more_{number}() {{}}\n");
        }
        toml = toml.replacen("points = 6", &format!("points = {}", 6 + checks), 1);
        fs::write(assignment.join("assignment.toml"), toml).unwrap();
        fs::write(assignment.join("checks.rs"), source).unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(["start", "tally", "my copy", "--course", "course"])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let copy = folder.path().join("my copy");
        Home { folder, copy }
    }

    /// Saves one of the assignment's variants as the student's own.
    fn save(&self, variant: &str) {
        let tally = Assignment::load(&self.folder.path().join("course"), "01-tally").unwrap();
        tally.sample(variant).unwrap().write(&self.copy).unwrap();
    }

    /// Saves a solution that never comes back from its first call.
    fn save_one_that_hangs(&self) {
        self.save("solution");
        let lib = self.copy.join("src/lib.rs");
        let text = fs::read_to_string(&lib).unwrap();
        let add = text.find("pub fn add").expect("a tally adds");
        let body = add + text[add..].find('{').unwrap() + 1;
        fs::write(lib, format!("{} loop {{}} {}", &text[..body], &text[body..])).unwrap();
    }

    fn tmp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// The processes that run something that was compiled for this copy.
    fn checks_running(&self) -> usize {
        let tmp = self.tmp();
        let tmp = tmp.to_str().unwrap();
        let ours = |entry: fs::DirEntry| {
            let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let program = line.split(|&byte| byte == 0).next().unwrap_or_default();
            let program = String::from_utf8_lossy(program);
            // `out` has a folder for each run of the compiler.
            program.starts_with(tmp) && program.contains("/out/") && program.ends_with("/check")
        };
        fs::read_dir("/proc").unwrap().flatten().map(ours).filter(|&is| is).count()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// `watch` in a terminal of this size.
struct Watch {
    keys: File,
    output: Receiver<Vec<u8>>,
    all: Vec<u8>,
    child: Child,
}

impl Watch {
    fn start(home: &Home, (columns, lines): (u16, u16), more: &[&str]) -> Watch {
        let (mut ours, mut theirs) = (0, 0);
        let size = libc::winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: all pointers are to locals or null, which asks for nothing.
        let opened = unsafe {
            libc::openpty(
                &raw mut ours,
                &raw mut theirs,
                std::ptr::null_mut(),
                std::ptr::null(),
                &size,
            )
        };
        assert_eq!(opened, 0);
        // SAFETY: both have just been opened and are nobody else's.
        let (ours, theirs) = unsafe { (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) };
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command.arg("watch").arg(&home.copy).args(more).env("TMPDIR", home.tmp());
        command.env("TERM", "xterm").env_remove("NO_COLOR").current_dir(&home.folder);
        let end = || Stdio::from(theirs.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        let become_its_own = || {
            // SAFETY: takes nothing.
            if unsafe { libc::setsid() } < 0 {
                return Err(std::io::Error::last_os_error());
            }
            // SAFETY: 0 is the terminal already, and the request takes a number.
            if unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } < 0 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        };
        // SAFETY: both calls are async-signal-safe.
        unsafe { command.pre_exec(become_its_own) };
        let child = command.spawn().unwrap();
        drop((command, theirs));
        let keys = File::from(ours);
        let mut from = keys.try_clone().unwrap();
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                let _ = sender.send(buffer[..length].to_vec());
            }
        });
        Watch { keys, output, all: Vec::new(), child }
    }

    /// The screen as it is now, without colours, line by line.
    fn screen(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.all).into_owned();
        let shown = text.rsplit("\x1b[H\x1b[J").next().unwrap_or_default();
        let shown = anstream::adapter::strip_str(shown).to_string();
        shown.replace('\r', "").trim_end_matches('\n').lines().map(str::to_owned).collect()
    }

    /// Waits until a whole screen has this.
    fn until(&mut self, wanted: &[&str]) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            let text = screen.join("\n");
            if wanted.iter().all(|wanted| text.contains(wanted)) && text.contains("q: quit") {
                return screen;
            }
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(more) => self.all.extend(more),
                Err(_) => panic!("no screen has {wanted:?}; the last one:\n{text}"),
            }
        }
    }

    /// Waits until a check runs.
    fn until_checks_run(&mut self, home: &Home) {
        let end = Instant::now() + PATIENCE;
        while home.checks_running() == 0 {
            self.all.extend(self.output.try_iter().flatten());
            assert!(Instant::now() < end, "no check runs:\n{}", self.screen().join("\n"));
            std::thread::yield_now();
        }
    }

    fn types(&mut self, key: &str) {
        self.keys.write_all(key.as_bytes()).unwrap();
    }

    /// Waits until it has ended.
    fn ended(mut self) -> (ExitStatus, String) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            // A terminal that is full would hold it up.
            self.all.extend(self.output.try_iter().flatten());
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() >= end {
                panic!("it does not end");
            }
            std::thread::yield_now();
        };
        self.all.extend(self.output.iter().flatten());
        (status, String::from_utf8_lossy(&self.all).into_owned())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_key_ends_it_at_once_whatever_it_is_doing() {
    for key in ["q", "\x03"] {
        let home = Home::new(0);
        home.save_one_that_hangs();
        let mut watch = Watch::start(&home, (80, 24), &[]);
        watch.until(&["checking …"]);
        watch.until_checks_run(&home);
        // Two saves that are not looked at yet, and a key after them.
        home.save_one_that_hangs();
        home.save_one_that_hangs();
        watch.types(key);
        let (status, _) = watch.ended();
        assert!(status.success());
        assert_eq!(home.checks_running(), 0, "what it ran has ended");
        assert_eq!(fs::read_dir(home.tmp()).unwrap().count(), 0, "nothing is left behind");
    }
}

#[test]
fn a_save_stops_the_checks_of_the_one_before() {
    let home = Home::new(0);
    home.save_one_that_hangs();
    let mut watch = Watch::start(&home, (80, 24), &[]);
    watch.until_checks_run(&home);
    home.save("solution");
    watch.until(&["5 of 5 points that you can see; 1 more is for checks that you cannot see"]);
    assert_eq!(home.checks_running(), 0);
    // And what is shown says so while the next checks run.
    home.save_one_that_hangs();
    let screen = watch.until(&["checking …", "5 of 5 points"]);
    assert_eq!(screen[0], "checking …");
    watch.types("q");
    assert!(watch.ended().0.success());
}

#[test]
fn sources_that_are_removed_and_come_again_are_watched_on() {
    let home = Home::new(0);
    home.save("solution");
    let mut watch = Watch::start(&home, (80, 24), &[]);
    watch.until(&["5 of 5 points"]);
    for _ in 0..2 {
        fs::remove_dir_all(home.copy.join("src")).unwrap();
        watch.until(&["This cannot be checked: there is no src/lib.rs in it"]);
        fs::create_dir(home.copy.join("src")).unwrap();
        home.save("solution");
        watch.until(&["5 of 5 points"]);
    }
    watch.types("q");
    assert!(watch.ended().0.success());
}

#[test]
fn what_matters_fits_the_screen() {
    for (columns, lines) in [(80, 24), (100, 40), (60, 24)] {
        let home = Home::new(8);
        home.save("wrong/load_and_store");
        let mut watch = Watch::start(&home, (columns, lines), &[]);
        let screen = watch.until(&["failed: loses_nothing"]);
        let text = screen.join("\n");
        assert!(screen.len() < usize::from(lines), "{} lines:\n{text}", screen.len());
        for line in &screen {
            assert!(trace::text::width(line) <= columns.into(), "{line:?} is too wide");
        }
        assert!(text.contains("of 13 points"), "the score:\n{text}");
        assert!(text.contains("harness check 'my copy'"), "where the rest is:\n{text}");
        // The last steps; on a narrow screen the words before them take all of it.
        assert!(columns < 80 || text.contains("✗"), "how it ends:\n{text}");
        watch.types("q");
        let (_, all) = watch.ended();
        assert!(!all.contains("\x1b[3J"), "what has scrolled away is kept");
    }
}
