//! `--step` on a terminal of 80 columns and 24 lines, by keys alone.

use crate::crates::Crates;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// A child on a terminal of its own.
struct Terminal {
    keys: File,
    shown: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    child: Child,
}

impl Terminal {
    fn of(crates: &Crates, name: &str, arguments: &[&str]) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs = File::options().read(true).write(true).open(path).unwrap();
        let size =
            Winsize { ws_row: ROWS as u16, ws_col: COLUMNS as u16, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&theirs, size).unwrap();
        let mut command = crates.command(name, arguments);
        command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        command
            .stdin(theirs.try_clone().unwrap())
            .stdout(theirs.try_clone().unwrap())
            .stderr(theirs);
        let child = command.spawn().unwrap();
        // The command holds the terminal's other side: without it there is an end to read.
        drop(command);
        let ours = File::from(ours);
        let mut reader = ours.try_clone().unwrap();
        let (sender, shown) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                match reader.read(&mut bytes) {
                    Ok(0) => return,
                    Ok(length) => drop(sender.send(bytes[..length].to_vec())),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // So a terminal says that nobody has its other side any more.
                    Err(_) => return,
                }
            }
        });
        Terminal { keys: ours, shown, seen: Vec::new(), child }
    }

    /// What is on the screen: the lines since it was last wiped.
    fn screen(&self) -> String {
        let all = String::from_utf8_lossy(&self.seen);
        let last = all.rsplit("\x1b[H\x1b[J").next().unwrap();
        anstream::adapter::strip_str(last).to_string()
    }

    /// Waits until the screen shows all of this, which must fit. Ten minutes without anything new are a hang.
    #[track_caller]
    fn until(&mut self, texts: &[&str]) -> String {
        loop {
            let screen = self.screen();
            // Where a line is broken is the screen's own business.
            let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
            if texts.iter().all(|text| words.contains(text)) {
                assert!(screen.lines().count() <= ROWS, "too high:\n{screen}");
                let is_wide = |line: &&str| line.chars().count() > COLUMNS;
                assert_eq!(screen.lines().find(is_wide), None, "too wide");
                return screen;
            }
            match self.shown.recv_timeout(Duration::from_secs(600)) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(error) => panic!("{error}; not all of {texts:?} is in:\n{screen}"),
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end. The exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.shown.iter().flatten());
        (code, String::from_utf8_lossy(&self.seen).into_owned())
    }
}

/// A test that fails leaves nobody waiting for its keys.
impl Drop for Terminal {
    fn drop(&mut self) {
        // Whoever has ended cannot be killed, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_deadlock_is_found_by_keys_alone() {
    let crates = Crates::new();
    let test = ["--offline", "--lib", "--step", "two_and_two"];
    let mut terminal = Terminal::of(&crates, "queue", &test);
    terminal.until(&["You are the scheduler. Nothing has happened yet.", "main", "q: end"]);
    terminal.press("0");
    terminal.until(&["1 step was taken."]);
    terminal.press("b");
    terminal.until(&["Nothing has happened yet."]);
    terminal.press("\r");
    terminal.until(&["1 step was taken."]);
    terminal.press("?");
    terminal.until(&["main"]);
    terminal.press("f");
    let found = terminal.until(&["A failure, ", "deadlock", "b: back; q: end"]);
    assert!(found.contains("waits"), "who waits for what is shown:\n{found}");
    terminal.press("b");
    terminal.until(&["steps were taken.", "f: find a failure"]);
    terminal.press("f");
    terminal.until(&["A failure, ", "b: back; q: end"]);
    terminal.press("q");
    let (code, all) = terminal.end();
    assert_eq!(code, Some(1), "{all}");
    // The screen from before is back, and the run is drawn on it with its command.
    let after = all.rsplit("\x1b[?1049l").next().unwrap();
    assert!(after.contains("failed: deadlock") && after.contains("again: cargo explore "), "{all}");
}

#[test]
fn who_leaves_by_control_c_has_the_terminal_as_it_was() {
    let crates = Crates::new();
    let test = ["--offline", "--lib", "--step", "one_and_one"];
    let mut terminal = Terminal::of(&crates, "queue", &test);
    terminal.until(&["Nothing has happened yet."]);
    terminal.press("\x03");
    let (code, all) = terminal.end();
    assert!(code.is_some(), "{all}");
    assert!(all.contains("\x1b[?1049l") && all.contains("\x1b[?25h"), "{all}");
}

/// Twelve threads: each has a key of its own, and what there is no room for can be seen.
#[test]
fn threads_from_ten_on_have_letters() {
    let crates = Crates::new();
    let source = "use std::sync::Mutex;\nstatic ALL: Mutex<u32> = Mutex::new(0);\n\n#[test]\nfn twelve() {\n    \
                  let add = || *ALL.lock().unwrap() += 1;\n    \
                  let all: Vec<_> = (0..12).map(|_| std::thread::spawn(add)).collect();\n    \
                  all.into_iter().for_each(|one| one.join().unwrap());\n}\n";
    let file = crates.path().join("slot/tests/many.rs");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, source).unwrap();
    let test = ["--offline", "--test", "many", "--step", "twelve"];
    let mut terminal = Terminal::of(&crates, "slot", &test);
    terminal.until(&["Nothing has happened yet."]);
    // After the last one, main waits for the first.
    for steps in (1..=11).chain([13]) {
        terminal.press("0");
        let s = if steps == 1 { " was" } else { "s were" };
        terminal.until(&[&format!(" {steps} step{s} taken.")]);
    }
    terminal.until(&["A, B, C, …: the threads from ten on", "C all#12 next: begins"]);
    terminal.press("C");
    terminal.until(&["all#12 begins: no other thread can tell", "C all#12 next: locks ALL"]);
    terminal.press("C");
    terminal.until(&["14 steps were taken.", "14 all#12 locks ALL"]);
    for _ in 0..3 {
        terminal.press("\x1b[5~");
    }
    terminal.until(&["1 main spawns all#1 "]);
    terminal.press("\x1b[6~\x1b[6~\x1b[6~");
    terminal.until(&["14 all#12 locks ALL"]);
    terminal.press("q");
    let (code, all) = terminal.end();
    assert_eq!(code, Some(0), "{all}");
}
