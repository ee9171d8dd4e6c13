//! The verb `doctor`: what this machine can enforce, and what grading needs besides.

use crate::grading::toolchain::Toolchain;
use crate::python;
use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use jail::{How, Jail, Limits, Processes, Report, State};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::ptr;
use std::time::Duration;

/// A batch writes a few megabytes a submission and removes them again.
const ENOUGH_DISK: u64 = 1 << 30;

/// What was looked for, and what was found.
struct Line {
    name: &'static str,
    found: Found,
}

enum Found {
    Works(String),
    /// Why it does not work, and how to get it.
    Missing(String, String),
    /// Not for this user, and nothing to worry about.
    Nothing(String),
}

/// Looks at everything, says what there is, and returns whether grading is fully protected here
/// and has all that it needs. Whoever means to grade without namespaces has that tried.
///
/// # Errors
///
/// When the current folder cannot be told.
pub fn doctor(no_namespaces: bool) -> anyhow::Result<bool> {
    let here = std::env::current_dir()?;
    let report = jail::diagnose();
    anstream::println!("What protects this machine from a submission:\n");
    show(&report.findings.iter().map(layer).collect::<Vec<_>>());
    anstream::println!("\n{}\n", protection(&report));
    let without = if no_namespaces { ", with `--no-namespaces`" } else { "" };
    anstream::println!("What grading needs besides{without}:\n");
    let lines = needs(&here, &report, no_namespaces);
    show(&lines);
    let all = lines.iter().all(|line| !matches!(line.found, Found::Missing(..)));
    Ok(report.is_full() && all)
}

fn layer(finding: &jail::Finding) -> Line {
    let found = match &finding.state {
        State::Works(detail) => Found::Works(format!("{}: {detail}", finding.purpose)),
        State::Missing { why, remedy } => Found::Missing(why.clone(), remedy.clone()),
        State::NotForThisUser(why) => Found::Nothing(why.clone()),
    };
    Line { name: finding.layer, found }
}

/// What the findings come to, in a sentence or two.
fn protection(report: &Report) -> &'static str {
    match report.layers {
        Some(_) if report.is_full() => "Full protection.",
        Some(_) => {
            "Degraded. A submission can reach no file, process or network that it was not given, \
             and everything that it starts is killed. But it runs among the machine's own \
             processes and files, with fewer walls behind the first: a hole in one layer is then \
             a hole. The disk that it fills is bounded a file, not in total."
        }
        None => "No protection: grading refuses to run here.",
    }
}

fn needs(here: &Path, report: &Report, no_namespaces: bool) -> Vec<Line> {
    let toolchain = Toolchain::find(here);
    let rustc = match &toolchain {
        Ok(toolchain) => Found::Works(toolchain.version.clone()),
        Err(error) => Found::Missing(format!("{error:#}"), "https://rustup.rs".into()),
    };
    let jailed = match &toolchain {
        Ok(toolchain) if report.layers.is_some() => match compile_and_run(toolchain, no_namespaces)
        {
            Ok(took) => Found::Works(format!("a program, compiled and run in {took:.1?}")),
            Err(error) => Found::Missing(format!("{error:#}"), readable(&[&toolchain.sysroot])),
        },
        _ => Found::Missing("see above".into(), "mend the lines above first".into()),
    };
    let tracing = match report.layers.map(|_| trace_one(no_namespaces)) {
        Some(Ok(())) => Found::Works("a jailed process, as the judge of assignment 09 does".into()),
        Some(Err(error)) => {
            let setting = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
            Found::Missing(format!("{error:#}"), tracing_remedy(setting.ok().as_deref()))
        }
        None => Found::Missing("see above".into(), "mend the lines above first".into()),
    };
    vec![
        Line { name: "machine", found: machine(std::env::consts::ARCH) },
        Line { name: "rustc", found: rustc },
        Line { name: "linker", found: version("cc", "a C compiler: apt install gcc") },
        Line { name: "jailed rustc", found: jailed },
        Line { name: "tracing", found: tracing },
        Line { name: "python", found: python_version() },
        Line { name: "disk", found: disk(&std::env::temp_dir()) },
    ]
}

/// What of the machine's kind is known.
fn machine(kind: &str) -> Found {
    match kind {
        "x86_64" => Found::Works("x86_64, on which everything is tested".to_owned()),
        "aarch64" => Found::Nothing(
            "aarch64: all of this is written for it, and has never been run on it; x86_64 is what is tested"
                .to_owned(),
        ),
        other => Found::Missing(
            format!("the filter of system calls is not written for {other}"),
            "x86_64 is what is tested; the dev container runs there".to_owned(),
        ),
    }
}

fn version(program: &str, remedy: &str) -> Found {
    match Command::new(program).arg("--version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            Found::Works(text.lines().next().unwrap_or_default().to_owned())
        }
        Ok(output) => Found::Missing(format!("{program}: {}", output.status), remedy.to_owned()),
        Err(error) => Found::Missing(format!("{program}: {error}"), remedy.to_owned()),
    }
}

fn python_version() -> Found {
    let python = python::interpreter();
    let remedy = "only `run --python` needs it: Python 3.11.7 or newer, or $PYTHON";
    match version(&python.to_string_lossy(), remedy) {
        Found::Missing(why, remedy) => Found::Nothing(format!("{why}; {remedy}")),
        found => found,
    }
}

fn disk(folder: &Path) -> Found {
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let remedy = "set $TMPDIR to a folder that exists";
            return Found::Missing(format!("{}: {error}", folder.display()), remedy.to_owned());
        }
    };
    let text = format!("{:.1} GiB free in {}", free as f64 / f64::from(1 << 30), folder.display());
    if free >= ENOUGH_DISK {
        Found::Works(text)
    } else {
        Found::Missing(text, "make room for 1 GiB, or set $TMPDIR to a larger disk".into())
    }
}

/// What stops a compiler that works outside: most often that it lies in somebody's home.
pub(crate) fn readable(folders: &[&Path]) -> String {
    let folders: Vec<String> = folders.iter().map(|path| path.display().to_string()).collect();
    format!(
        "the user that runs jailed programs must be able to read {}. Without namespaces that \
         includes every folder above it, and root jails programs as a user of their own: install \
         the toolchain where everybody may read it, as with RUSTUP_HOME=/opt/rustup",
        folders.join(" and ")
    )
}

/// Takes hold of a jailed process, as a judge that stops one at each of its system calls.
fn trace_one(no_namespaces: bool) -> anyhow::Result<()> {
    let mut jail = Jail::new("/bin/cat").system_programs();
    if no_namespaces {
        jail = jail.without_namespaces();
    }
    // It waits for its input until the jail ends.
    let cat = jail.spawn()?;
    let processes = cat.processes().context("the processes of a jail cannot be listed")?;
    let pid = processes.first().context("the jailed process is not there")?.host_pid();
    trace(libc::PTRACE_SEIZE, pid).context("ptrace")?;
    let traced = trace(libc::PTRACE_INTERRUPT, pid).and_then(|()| {
        let mut status = 0;
        // SAFETY: `status` lives until the call returns.
        match unsafe { libc::waitpid(pid, &raw mut status, libc::__WALL) } {
            -1 => Err(io::Error::last_os_error()),
            _ => trace(libc::PTRACE_DETACH, pid),
        }
    });
    traced.context("ptrace")?;
    cat.kill();
    cat.wait()?;
    Ok(())
}

fn trace(request: libc::c_uint, pid: i32) -> io::Result<()> {
    // SAFETY: requests that take no pointer.
    match unsafe { libc::ptrace(request, pid, ptr::null_mut::<u8>(), ptr::null_mut::<u8>()) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// How to get tracing, where this is the setting of Yama.
fn tracing_remedy(setting: Option<&str>) -> String {
    match setting.map(str::trim) {
        Some("3") => {
            "kernel.yama.ptrace_scope is 3, which holds until the next boot: boot with 1".into()
        }
        Some("2") => "sysctl kernel.yama.ptrace_scope=1 (it is 2: for root alone)".into(),
        _ => {
            "allow ptrace; in a container: --cap-add SYS_PTRACE. Only assignment 09 needs it".into()
        }
    }
}

/// The only proof that a submission can be graded here: one program, from source to output.
fn compile_and_run(toolchain: &Toolchain, no_namespaces: bool) -> anyhow::Result<Duration> {
    let jail = |program: &Path| match no_namespaces {
        true => Jail::new(program).without_namespaces(),
        false => Jail::new(program),
    };
    let folder = tempfile::tempdir().context("no temporary folder")?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let (source, out) = (folder.path().join("main.rs"), folder.path().join("out"));
    fs::write(&source, "fn main() { print!(\"42\") }\n")?;
    let linker = folder.path().join("linker");
    fs::create_dir(&out)?;
    fs::create_dir(&linker)?;
    let limits = Limits { memory_bytes: 4 << 30, ..Limits::default() };
    let program = out.join("main");
    let compiled = jail(&toolchain.rustc)
        .args(["-C", "linker=/usr/bin/cc"])
        .args(toolchain.linker_in(&linker)?)
        .arg("--sysroot")
        .arg(&toolchain.sysroot)
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .system_programs()
        .read_only(&toolchain.sysroot)
        .read_only(&source)
        .read_only(&linker)
        .writable(&out)
        .processes(Processes::AtMost(16))
        .env("PATH", "/usr/bin:/bin")
        .env("TMPDIR", &out)
        .env("LD_LIBRARY_PATH", toolchain.sysroot.join("lib"))
        .limits(limits)
        .run()?;
    if !compiled.success() {
        bail!("rustc: {}: {}", compiled.how, String::from_utf8_lossy(&compiled.stderr).trim());
    }
    let ran = jail(&program).system_programs().read_only(&program).run()?;
    if ran.how != How::Exited(0) || ran.stdout != b"42" {
        bail!("its program: {}: {}", ran.how, String::from_utf8_lossy(&ran.stderr).trim());
    }
    Ok(compiled.wall + ran.wall)
}

fn show(lines: &[Line]) {
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    let indent = " ".repeat(2 + width + 2 + 9);
    for line in lines {
        let (style, word, text) = match &line.found {
            Found::Works(text) => (AnsiColor::Green.on_default(), "works", text),
            Found::Missing(text, _) => (AnsiColor::Red.on_default(), "missing", text),
            Found::Nothing(text) => (Style::new().dimmed(), "–", text),
        };
        anstream::println!("  {:width$}  {style}{word:<9}{style:#}{text}", line.name);
        if let Found::Missing(_, remedy) = &line.found {
            anstream::println!("{indent}→ {remedy}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_has_no_disk() {
        assert!(matches!(disk(Path::new("/no/such/folder")), Found::Missing(..)));
    }

    #[test]
    fn what_forbids_tracing_is_named() {
        assert!(tracing_remedy(Some("3\n")).contains("boot"));
        assert!(tracing_remedy(Some("2\n")).contains("sysctl kernel.yama.ptrace_scope=1"));
        assert!(tracing_remedy(None).contains("SYS_PTRACE"));
    }

    #[test]
    fn a_program_that_is_not_there_comes_with_a_remedy() {
        let Found::Missing(why, remedy) = version("no-such-program", "get it") else {
            panic!("it is there");
        };
        assert!(why.contains("no-such-program") && remedy == "get it");
    }
}
