//! What grades a batch on many machines gives all of them one seed, and one that nobody can guess: it says what the checks ask with.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

/// A folder with a stand-in for the harness that prints its arguments.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let harness = folder.path().join("harness");
    std::fs::write(&harness, "#!/bin/sh\necho \"$@\"\n").unwrap();
    std::fs::set_permissions(&harness, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn begun(mut command: Command, folder: &Path) -> Child {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).stdout(Stdio::piped()).spawn().unwrap()
}

fn slurm(folder: &Path, part: usize) -> Child {
    let mut command = Command::new("bash");
    command.arg(file("slurm/grade.sbatch")).env_remove("SEED");
    for (name, value) in [("SUBMISSIONS", "s"), ("ASSIGNMENT", "a"), ("SLURM_ARRAY_TASK_MIN", "1")]
    {
        command.env(name, value);
    }
    command.env("SLURM_ARRAY_JOB_ID", "17").env("SLURM_ARRAY_TASK_COUNT", "4");
    command.env("SLURM_ARRAY_TASK_ID", part.to_string()).env("OUT", folder.join("out"));
    begun(command, folder)
}

fn kubernetes(folder: &Path, part: usize) -> Child {
    let text = std::fs::read_to_string(file("kubernetes/grade.yaml")).unwrap();
    let (_, rest) = text.split_once("- |\n").unwrap();
    let script = rest.lines().take_while(|line| line.starts_with("              "));
    let script = script.collect::<Vec<_>>().join("\n");
    let script = script.replace("/course", folder.to_str().unwrap());
    let mut command = Command::new("bash");
    command.arg("-c").arg(script).env("JOB_COMPLETION_INDEX", part.to_string());
    command.env("ASSIGNMENT", "a");
    // The environment that the file gives a pod.
    let given = text.lines().skip_while(|line| line.trim() != "- name: SEED").nth(1);
    match given.and_then(|line| line.trim().strip_prefix("value: ")) {
        Some(seed) => command.env("SEED", seed.trim_matches('"')),
        None => command.env_remove("SEED"),
    };
    begun(command, folder)
}

/// The seeds that the tasks of one array, all at once, grade with.
fn seeds(task: fn(&Path, usize) -> Child) -> BTreeSet<u64> {
    let folder = folder();
    let tasks: Vec<Child> = (1..=4).map(|part| task(folder.path(), part)).collect();
    let seed = |task: Child| {
        let output = task.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let (_, seed) = said.split_once("--seed ").unwrap();
        seed.split_whitespace().next().unwrap().parse().unwrap()
    };
    tasks.into_iter().map(seed).collect()
}

#[test]
fn all_parts_have_one_seed_and_nobody_can_guess_it() {
    for task in [slurm, kubernetes] {
        let batches = [(); 3].map(|()| seeds(task));
        assert!(batches.iter().all(|seeds| seeds.len() == 1), "{batches:?}");
        let different: BTreeSet<_> = batches.into_iter().flatten().collect();
        assert_eq!(different.len(), 3, "the same for each batch: {different:?}");
        // A number of a job is small. Of three random ones hardly any is.
        assert!(different.iter().any(|seed| *seed > 1 << 40), "{different:?}");
    }
}
