//! Runs the commands of a job at the same time, and ends them all when one fails. One thread looks after all of them.

use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A command of a job; dropping it ends it and everything that it has started.
struct Task {
    child: Child,
    group: String,
}

impl Task {
    fn start(command: &str) -> io::Result<Task> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).stdin(Stdio::null()).process_group(0);
        let child = shell.spawn()?;
        let group = format!("-{}", child.id());
        Ok(Task { child, group })
    }

    /// The exit code, if it has ended.
    fn code(&mut self) -> io::Result<Option<i32>> {
        let status = self.child.try_wait()?;
        Ok(status.map(|status| match (status.code(), status.signal()) {
            (Some(code), _) => code,
            (None, signal) => 128 + signal.unwrap_or(0),
        }))
    }

    fn kill(&self) -> bool {
        let mut shell = Command::new("sh");
        shell.args(["-c", "kill -s KILL -- \"$1\"", "sh", &self.group]).stderr(Stdio::null());
        shell.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        while self.kill() {
            // A dead child stays in its group until somebody has waited for it.
            let _ = self.child.try_wait();
            sleep(Duration::from_millis(2));
        }
        let _ = self.child.wait();
    }
}

fn run(job: &str) -> io::Result<String> {
    let mut tasks = job.split('\t').map(Task::start).collect::<io::Result<Vec<Task>>>()?;
    loop {
        let mut running = 0;
        for (i, task) in tasks.iter_mut().enumerate() {
            match task.code()? {
                None => running += 1,
                Some(0) => {}
                Some(code) => return Ok(format!("failed {} {code}", i + 1)),
            }
        }
        if running == 0 {
            return Ok("ok".to_owned());
        }
        sleep(Duration::from_millis(2));
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    for job in io::stdin().lines() {
        let result = run(&job?)?;
        writeln!(out, "{result}")?;
        out.flush()?;
    }
    Ok(())
}
