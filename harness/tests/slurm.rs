//! The Slurm files of `harness/deploy`, on a real `slurmctld` and `slurmd` of this machine's own: an array whose node is killed in the middle comes
//! to the same grade book as one machine.
//!
//! Skipped, with a line saying so, where Slurm is not installed or the test does not run as root. `EI_FULL=1` grades 200 submissions.

use harness::grading::assignment::Assignment;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What hangs is killed after this; nothing here depends on it otherwise.
const DEADLINE: Duration = Duration::from_secs(240);

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Runs `f` again and again until it returns something.
fn until<T>(what: &str, mut f: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = f() {
            return value;
        }
        assert!(start.elapsed() < DEADLINE, "{what} did not come about");
        std::thread::yield_now();
        // Asking is expensive, and what is waited for happens in other processes.
        let _ = Command::new("sleep").arg("0.1").status();
    }
}

/// A cluster of one node.
struct Cluster {
    folder: tempfile::TempDir,
    daemons: Vec<Child>,
}

impl Cluster {
    fn new() -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let host = Command::new("hostname").arg("-s").output().unwrap();
        let host = String::from_utf8(host.stdout).unwrap();
        let host = host.trim();
        for name in ["state", "spool", "munge"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut key = [0; 1024];
        getrandom::fill(&mut key).unwrap();
        let key_file = folder.path().join("munge/key");
        std::fs::write(&key_file, key).unwrap();
        Command::new("chmod").arg("400").arg(&key_file).status().unwrap();
        let port =
            || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (control, node) = (port(), port());
        let conf = format!(
            "ClusterName=course\nSlurmctldHost={host}\nSlurmctldAddr=127.0.0.1\nSlurmctldPort={control}\nSlurmdPort={node}\n\
             AuthType=auth/munge\nAuthInfo=socket={path}/munge/socket\nSlurmUser=root\nSlurmdUser=root\n\
             StateSaveLocation={path}/state\nSlurmdSpoolDir={path}/spool\nSlurmctldPidFile={path}/slurmctld.pid\nSlurmdPidFile={path}/slurmd.pid\n\
             ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\n\
             ReturnToService=2\nSlurmdTimeout=5\nKillWait=1\nJobRequeue=1\nMpiDefault=none\nJobAcctGatherType=jobacct_gather/none\n\
             AccountingStorageType=accounting_storage/none\nSlurmdParameters=config_overrides\n\
             NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN\n\
             PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"
        );
        std::fs::write(folder.path().join("slurm.conf"), conf).unwrap();
        let mut cluster = Cluster { folder, daemons: Vec::new() };
        let munge =
            ["key-file=key", "socket=socket", "pid-file=pid", "seed-file=seed", "log-file=log"]
                .map(|option| option.replacen('=', &format!("={path}/munge/"), 1))
                .map(|option| format!("--{option}"));
        cluster.daemon(
            "munged",
            &[&["--foreground", "--force"][..], &munge.each_ref().map(String::as_str)].concat(),
        );
        let socket = cluster.folder.path().join("munge/socket");
        until("munge's socket", || socket.exists().then_some(()));
        cluster.daemon("slurmctld", &["-D", "-c"]);
        cluster.start_node();
        cluster
    }

    fn daemon(&mut self, name: &str, arguments: &[&str]) {
        let log = std::fs::File::create(self.folder.path().join(format!("{name}.out"))).unwrap();
        let child =
            self.command(name).args(arguments).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        self.daemons.push(child.unwrap());
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("SLURM_CONF", self.folder.path().join("slurm.conf")).stdin(Stdio::null());
        command
    }

    fn start_node(&mut self) {
        self.daemon("slurmd", &["-D"]);
        until("an idle node", || {
            let output = self.command("sinfo").args(["-h", "-o", "%T"]).output().unwrap();
            text(&output).contains("idle").then_some(())
        });
    }

    /// Kills the node as a power cut does: its daemon, and every step that it runs with all that belongs to it.
    fn kill_node(&mut self) {
        let mut node = self.daemons.pop().unwrap();
        node.kill().unwrap();
        node.wait().unwrap();
        let config = self.folder.path().join("slurm.conf");
        let config = format!("SLURM_CONF={}", config.display());
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let path = entry.path();
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
            let environment = std::fs::read(path.join("environ")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment);
            let of_a_job = environment.contains(&config) && environment.contains("SLURM_JOB_ID=");
            if of_a_job || (name.trim() == "slurmstepd" && environment.contains(&config)) {
                let pid = rustix::process::Pid::from_raw(pid).unwrap();
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }

    fn state(&self, job: &str) -> Vec<String> {
        let output = self.command("scontrol").args(["show", "-o", "job", job]).output().unwrap();
        let text = text(&output);
        let states = text.split_whitespace().filter_map(|word| word.strip_prefix("JobState="));
        states.map(str::to_owned).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// One cluster after the other.
static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Whether Slurm can be started here; says so if not.
fn is_there() -> bool {
    let installed = |name: &str| Command::new(name).arg("-V").output().is_ok();
    let slurm = ["slurmctld", "slurmd", "munged"].into_iter().all(installed);
    if slurm && rustix::process::geteuid().is_root() {
        return true;
    }
    eprintln!("skipped: Slurm (slurmctld, slurmd, munged) is not installed, or this is not root");
    false
}

/// A long search as an array whose node is killed in the middle, its parts put together by a job that waits for it. With `EI_FULL=1` only: the stand-ins for `std`
/// may have to be compiled. `EI_FULL=short` kills nothing.
#[test]
fn a_search_in_parts_comes_to_the_same() {
    let Some(asked) = std::env::var_os("EI_FULL") else {
        eprintln!("skipped: it wants EI_FULL=1");
        return;
    };
    if !is_there() {
        return;
    }
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let full = asked != "short";
    let scenario = if full { "longer" } else { "long" };
    let options = format!("{scenario} --no-memory --schedules 100000000 --time 100000");
    let work = tempfile::tempdir().unwrap();
    let harness = env!("CARGO_BIN_EXE_harness");
    let target = here("tests/odd/long.rs");
    let explore = |more: &[&str]| {
        let mut command = Command::new(harness);
        command.arg("explore").arg(&target).args(options.split(' ')).args(more);
        let output = command.current_dir(work.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        text(&output)
    };
    let proved = |text: &str| {
        let line = text.lines().find(|line| line.contains("proved: "));
        let line = line.unwrap_or_else(|| panic!("nothing is proved:\n{text}"));
        // Of how many parts it consists is another matter.
        line.split_once('(').map_or(line, |(before, _)| before).to_owned()
    };
    explore(&["--shard", "1/1", "--resume", "single.journal"]);
    let single = proved(&explore(&["--merge", "single.journal"]));

    let mut cluster = Cluster::new();
    let out = work.path().join("out");
    let submit = |cluster: &Cluster, file: &str, arguments: &[&str]| {
        let output = cluster
            .command("sbatch")
            .arg("--parsable")
            .args(arguments)
            .arg(here(&format!("deploy/slurm/{file}")))
            .env("TARGET", &target)
            .env("OUT", &out)
            .env("HARNESS", harness)
            .env("EXPLORE_OPTIONS", &options)
            .current_dir(work.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let searching = submit(&cluster, "explore.sbatch", &["--array=1-2"]);
    if full {
        let pieces = || {
            let parts = (1..=2).map(|part| out.join(format!("part-{part}.journal")));
            let texts = parts.filter_map(|part| std::fs::read_to_string(part).ok());
            texts.map(|text| text.matches("\tpiece\t").count()).sum::<usize>()
        };
        until("a piece", || (pieces() > 1).then_some(()));
        cluster.kill_node();
        cluster.start_node_again(&searching);
        until("the tasks' second turn", || {
            let _ = cluster
                .command("scontrol")
                .args(["update", "StartTime=now"])
                .arg(format!("JobId={searching}"))
                .output();
            let left = cluster.state(&searching).iter().any(|state| state == "PENDING");
            (!left).then_some(())
        });
    }
    let dependency = format!("--dependency=afterok:{searching}");
    let merging = submit(&cluster, "explore-merge.sbatch", &[&dependency]);
    until("the end of the merge", || match cluster.state(&merging).first().map(String::as_str) {
        Some("COMPLETED") => Some(()),
        Some("FAILED" | "CANCELLED" | "NODE_FAIL") => panic!("{:?}", cluster.state(&searching)),
        _ => None,
    });
    let log = work.path().join(format!("explore-merge-{merging}.log"));
    assert_eq!(proved(&std::fs::read_to_string(log).unwrap()), single);
}

#[test]
fn an_array_whose_node_is_killed_comes_to_the_same() {
    if !is_there() {
        return;
    }
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let count = if std::env::var_os("EI_FULL").is_some() { 200 } else { 16 };
    let work = tempfile::tempdir().unwrap();
    let batch = work.path().join("submissions");
    let tally = Assignment::load(&here("tests/course"), "01-tally").unwrap();
    for i in 0..count {
        let variant =
            ["solution", "wrong/notify_one", "alternatives/atomic", "wrong/load_and_store"][i % 4];
        let to = batch.join(format!("student-{i:03}"));
        tally.sample(variant).unwrap().write(&to).unwrap();
    }
    let course = here("tests/course");
    let course = course.to_str().unwrap();
    let harness = env!("CARGO_BIN_EXE_harness");
    let single = work.path().join("single");
    let output = Command::new(harness)
        .args(["grade", "--assignment", "tally", "--course", course, "--out"])
        .args([&single, &batch])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));

    let mut cluster = Cluster::new();
    let out = work.path().join("out");
    let options = format!("--course {course}");
    let submit = |cluster: &Cluster, file: &str, arguments: &[&str]| {
        let output = cluster
            .command("sbatch")
            .arg("--parsable")
            .args(arguments)
            .arg(here(&format!("deploy/slurm/{file}")))
            .env("SUBMISSIONS", &batch)
            .env("ASSIGNMENT", "tally")
            .env("OUT", &out)
            .env("HARNESS", harness)
            .env("GRADE_OPTIONS", &options)
            .env("MERGE_OPTIONS", &options)
            .current_dir(work.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let grading = submit(&cluster, "grade.sbatch", &["--array=1-4"]);
    // Killed when some results are there, and not all.
    let results = || {
        let parts = (1..=4).map(|part| out.join(format!("part-{part}/results")));
        parts.filter_map(|part| Some(std::fs::read_dir(part).ok()?.count())).sum::<usize>()
    };
    until("a result", || (results() > 0).then_some(()));
    cluster.kill_node();
    let before = results();
    assert!(before < count, "the node was killed when {before} of {count} results were there");
    cluster.start_node_again(&grading);
    // Slurm waits two minutes before it runs a task again, in case the node is not well. It is.
    until("the tasks' second turn", || {
        let _ = cluster
            .command("scontrol")
            .args(["update", "StartTime=now"])
            .arg(format!("JobId={grading}"))
            .output();
        let left = cluster.state(&grading).iter().any(|state| state == "PENDING");
        (!left).then_some(())
    });
    let merging = submit(&cluster, "merge.sbatch", &[&format!("--dependency=afterok:{grading}")]);
    until("the end of the merge", || match cluster.state(&merging).first().map(String::as_str) {
        Some("COMPLETED") => Some(()),
        Some("FAILED" | "CANCELLED" | "NODE_FAIL") => panic!("{:?}", cluster.state(&grading)),
        _ => None,
    });
    let book = |folder: &Path| std::fs::read_to_string(folder.join("gradebook.csv")).unwrap();
    assert_eq!(book(&out.join("whole")), book(&single));
    println!(
        "{count} submissions, the node killed when {before} had a result: the same grade book"
    );
}

impl Cluster {
    /// The node comes back, and the tasks that it took with it are queued again.
    fn start_node_again(&mut self, job: &str) {
        self.daemon("slurmd", &["-D"]);
        until("the node's return", || {
            let states = self.state(job);
            let ended = ["NODE_FAIL", "FAILED", "CANCELLED"];
            assert!(!states.iter().any(|state| ended.contains(&state.as_str())), "{states:?}");
            let output = self.command("sinfo").args(["-h", "-o", "%T"]).output().unwrap();
            let node = text(&output);
            ["idle", "mixed", "allocated"].iter().any(|state| node.contains(state)).then_some(())
        });
    }
}
