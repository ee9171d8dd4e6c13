//! From a save to the verdict, beside the bare compiler: `cargo run -p harness --example watch -- [EDITS]`, after
//! `cargo build --release -p harness`, which is what is measured.
//!
//! The solution of 07-queue is saved 50 times, each time with another function in it. In turns with that, rustc alone compiles and links the
//! same files with the same flags: the submission as a library, and the checks over it.

use anyhow::{Context, ensure};
use harness::grading::Tools;
use harness::grading::assignment::Assignment;
use harness::grading::manifest::Visibility;
use harness::grading::sandbox::Protection;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() -> anyhow::Result<()> {
    let edits = std::env::args().nth(1).map_or(Ok(50), |edits| edits.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?;
    let harness = root.join("target/release/harness");
    ensure!(harness.exists(), "first: cargo build --release -p harness");
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy");
    let started = Command::new(&harness).args(["start", "07-queue"]).arg(&copy).output()?;
    ensure!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    let solution = root.join("chapters/07-queue/assignment/solution/src/lib.rs");
    let solution = std::fs::read_to_string(solution)?;
    let source = copy.join("src/lib.rs");
    std::fs::write(&source, &solution)?;

    let bare = Bare::new(root, &folder.path().join("bare"))?;
    let mut watch = Command::new(harness).arg("watch").arg(&copy).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(watch.stdout.take().context("a pipe")?).lines();
    let mut verdict = || -> anyhow::Result<()> {
        let line =
            lines.by_ref().find(|line| line.as_ref().is_ok_and(|line| line.contains(" points")));
        let line = line.context("watch has ended")??;
        let passed = line.split_whitespace().collect::<Vec<_>>();
        ensure!(passed.windows(3).any(|words| words[1] == "of" && words[0] == words[2]), "{line}");
        Ok(())
    };
    verdict()?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for edit in 0..edits {
        let text =
            format!("{solution}\n#[allow(dead_code)]\nfn edit() -> u32 {{\n    {edit}\n}}\n");
        let alone = bare.compile(&text)?;
        let start = Instant::now();
        std::fs::write(&source, text)?;
        verdict()?;
        let watched = start.elapsed();
        ratios.push(watched.as_secs_f64() / alone.as_secs_f64());
        ours.push(watched.as_secs_f64());
        theirs.push(alone.as_secs_f64());
    }
    watch.kill()?;
    watch.wait()?;
    println!(
        "{edits} saves: verdict after {:.3} s, rustc alone {:.3} s, ratio {:.2} (medians)",
        median(ours),
        median(theirs),
        median(ratios)
    );
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The compiler without jail and checks.
struct Bare {
    tools: Tools,
    folder: std::path::PathBuf,
}

impl Bare {
    fn new(root: &Path, folder: &Path) -> anyhow::Result<Bare> {
        std::fs::create_dir_all(folder.join("src"))?;
        let assignment = Assignment::find(root, "07-queue")?;
        let checks = assignment.folder.join("checks.rs");
        std::fs::copy(&checks, folder.join("checks.rs"))?;
        let mut main =
            "#[path = \"checks.rs\"]\nmod checks;\nfn main() {\n    judge::inside::main(&[\n"
                .to_owned();
        let visible = assignment.manifest.checks.iter();
        for check in visible.filter(|check| check.visibility == Visibility::Visible) {
            let _ = writeln!(main, "        ({0:?}, checks::{0}),", check.name);
        }
        main += "    ])\n}\n";
        std::fs::write(folder.join("main.rs"), main)?;
        Ok(Bare { tools: Tools::prepare(root, Protection::None)?, folder: folder.to_owned() })
    }

    /// Compiles and links, and says how long that took.
    fn compile(&self, text: &str) -> anyhow::Result<Duration> {
        std::fs::write(self.folder.join("src/lib.rs"), text)?;
        let start = Instant::now();
        self.rustc(
            &["--crate-type=rlib", "--crate-name=student", "-Funsafe_code", "src/lib.rs"],
            "libstudent.rlib",
            &[
                ("std", "libstudent_std.rlib"),
                ("core", "libstudent_nothing.rlib"),
                ("alloc", "libstudent_nothing.rlib"),
                ("proc_macro", "libstudent_nothing.rlib"),
                ("test", "libstudent_nothing.rlib"),
            ],
        )?;
        self.rustc(
            &[
                "--crate-type=bin",
                "--crate-name=check",
                "--extern=student=libstudent.rlib",
                "main.rs",
            ],
            "check",
            &[
                ("std", "libexplore_std.rlib"),
                ("core", "libexplore_core.rlib"),
                ("judge", "libjudge.rlib"),
            ],
        )?;
        Ok(start.elapsed())
    }

    fn rustc(&self, arguments: &[&str], out: &str, crates: &[(&str, &str)]) -> anyhow::Result<()> {
        let (toolchain, kit) = (&self.tools.toolchain, self.tools.kit.folder());
        let mut rustc = Command::new(&toolchain.rustc);
        rustc.args([
            "--edition=2024",
            "-Copt-level=0",
            "-Cdebuginfo=0",
            "-Clinker=/usr/bin/cc",
            "-Adead_code",
        ]);
        rustc.args(toolchain.linker_in(kit)?).args(arguments).args(["-o", out]);
        rustc.arg("-L").arg(format!("dependency={}", kit.display())).current_dir(&self.folder);
        for (name, file) in crates {
            rustc.arg("--extern").arg(format!("{name}={}", kit.join(file).display()));
        }
        let output = rustc.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
