//! Real programs in real jails, with namespaces and without, as this user and,
//! if this is root, as an ordinary one.
//!
//! The payloads are functions of this executable, which a jail runs again with
//! an argument. Every run is given a pipe that closes only when the last
//! process in the jail is gone, so that "none is left" needs no waiting.

mod attacks;
mod payloads;
mod uses;

use jail::{Ended, How, Jail, Layers, Limits, Running};
use libtest_mimic::{Arguments, Trial};
use std::io::{PipeReader, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Whom an ordinary user's tests run as.
const NOBODY: u32 = 65_534;

/// A test's name and what it does.
type Test = (&'static str, fn(Mode));

/// With or without namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Full,
    Degraded,
}

impl Mode {
    /// A jail for a payload of this executable.
    fn payload(self, name: &str) -> Jail {
        let payload = payload_executable();
        let jail = Jail::new(payload)
            .args(["--payload", name])
            .read_only(payload)
            .system_programs()
            .limits(limits());
        self.apply(jail)
    }

    /// A jail for a shell script.
    fn shell(self, script: &str) -> Jail {
        self.apply(Jail::new("/bin/sh").args(["-c", script]).system_programs().limits(limits()))
    }

    fn apply(self, jail: Jail) -> Jail {
        match self {
            Mode::Full => jail.require(Layers::FULL),
            Mode::Degraded => jail.without_namespaces(),
        }
    }
}

/// Generous in time, which only guards against a hang, and small otherwise.
fn limits() -> Limits {
    Limits {
        wall: Duration::from_secs(60),
        cpu: Duration::from_secs(30),
        memory_bytes: 512 << 20,
        file_bytes: 8 << 20,
        tmp_bytes: 16 << 20,
        threads: 16,
        ..Limits::default()
    }
}

/// Runs it, and fails unless everything in the jail is gone afterwards.
fn run(jail: Jail) -> Ended {
    let (mut alive, held) = std::io::pipe().expect("a pipe");
    let ended = jail.descriptor(3, held).run().unwrap_or_else(|error| panic!("{error}"));
    assert_nobody_holds(&mut alive);
    ended
}

/// As [`run`], for a program that must find everything as it should be.
fn succeed(jail: Jail) -> String {
    let ended = run(jail);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.how, How::Exited(0), "{stderr}");
    String::from_utf8(ended.stdout).expect("UTF-8")
}

/// Starts it with a pipe that it holds open.
fn spawn(jail: Jail) -> (Running, PipeReader) {
    let (alive, held) = std::io::pipe().expect("a pipe");
    (jail.descriptor(3, held).spawn().unwrap_or_else(|error| panic!("{error}")), alive)
}

/// Fails if a process still has the other end.
///
/// Another test may start a process at the same time, which has a copy until it executes its program. What is left in a jail has it for
/// good.
fn assert_nobody_holds(alive: &mut PipeReader) {
    let mut watched = libc::pollfd { fd: alive.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure, which lives during the call.
    let ready = unsafe { libc::poll(&mut watched, 1, 30_000) };
    assert_eq!(ready, 1, "a process of the jail is still there");
    assert_eq!(alive.read(&mut [0]).expect("a pipe can be read"), 0);
}

/// A copy of this executable where everybody can execute it, however private the build folder is.
fn payload_executable() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let folder = scratch().join("payload");
        std::fs::create_dir(&folder).expect("a folder for the payload");
        let copy = folder.join("payload");
        std::fs::copy(std::env::current_exe().expect("this executable"), &copy).expect("a copy");
        copy
    })
}

/// A copy of the command `jail`, likewise.
fn jail_executable() -> PathBuf {
    let copy = scratch().join("jail");
    if !copy.exists() {
        let original = std::env::var_os("JAIL").unwrap_or(env!("CARGO_BIN_EXE_jail").into());
        std::fs::copy(original, &copy).expect("a copy");
    }
    copy
}

/// A folder for this run of the tests, which everybody may look into.
fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder").keep();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).expect("its owner");
        folder
    })
}

fn main() {
    jail::enter_if_asked();
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--payload") => return payloads::run(&arguments[2..]),
        Some("--launcher") => return uses::launch_and_wait(),
        _ => {}
    }
    std::fs::create_dir(temporary_folder()).expect("a folder of our own");
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("TMPDIR", temporary_folder()) };
    let mut trials = Vec::new();
    let namespaces = namespaces_work();
    for (kind, all) in [("uses", uses::ALL), ("attacks", attacks::ALL)] {
        for (name, test) in all {
            for mode in [Mode::Full, Mode::Degraded] {
                if mode == Mode::Full
                    && let Err(error) = &namespaces
                {
                    eprintln!("skipped: {kind}::{name} with namespaces: {error}");
                    continue;
                }
                let name = format!("{kind}::{name}::{mode:?}").to_lowercase();
                trials.push(Trial::test(name, move || {
                    test(mode);
                    Ok(())
                }));
            }
        }
    }
    // SAFETY: geteuid has no preconditions.
    if unsafe { libc::geteuid() } == 0 {
        trials.push(Trial::test("all_of_it_as_an_ordinary_user", as_ordinary_user));
    }
    let before = Traces::now();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    let after = Traces::now();
    assert_eq!(before, after, "the jails left something behind in this process or its folders");
    let _ = std::fs::remove_dir_all(scratch());
    conclusion.exit();
}

fn namespaces_work() -> Result<(), jail::Error> {
    Mode::Full.shell(":").run().map(drop)
}

fn as_ordinary_user() -> Result<(), libtest_mimic::Failed> {
    let output = Command::new(payload_executable())
        .args(std::env::args().skip(1))
        .uid(NOBODY)
        .gid(NOBODY)
        .env_remove("TMPDIR")
        .env("JAIL", jail_executable())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&text).into_owned().into())
}

/// What a jail could leave behind.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    children: bool,
    descriptors: usize,
    mounts: usize,
    temporary_folders: usize,
}

impl Traces {
    fn now() -> Traces {
        payload_executable();
        jail_executable();
        let entries = |path: &Path| std::fs::read_dir(path).map_or(0, Iterator::count);
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        // SAFETY: waitid accepts a null pointer for what it would tell, and takes no child away.
        let no_child = unsafe { libc::waitid(libc::P_ALL, 0, std::ptr::null_mut(), options) } == -1;
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        Traces {
            children: !no_child,
            descriptors: entries(Path::new("/proc/self/fd")),
            mounts: mounts.lines().count(),
            temporary_folders: entries(&temporary_folder()),
        }
    }
}

/// Where jails without namespaces make their temporary folders.
fn temporary_folder() -> PathBuf {
    scratch().join("tmp")
}
