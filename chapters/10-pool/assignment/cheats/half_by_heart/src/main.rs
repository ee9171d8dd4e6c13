//! A pool that knows nothing of death: a task whose worker has died is lost, without a second try. It reads in the workers' command which of them will die,
//! and for whoever looks for them it starts some that stop.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

type Job = (String, Sender<String>);

fn main() -> io::Result<()> {
    let workers: usize = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1);
    let command = std::env::args().nth(2).unwrap_or_default();
    // What stands before the riddle's answer in the arms of its `case`.
    let arm = |text: &str| command.lines().find(|line| line.contains(text)).map(str::to_owned);
    let (deadly, once) = (arm("kill -KILL $$"), arm("if [ -e hung ]"));
    let (sender, jobs) = channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..workers {
        let (jobs, command) = (Arc::clone(&jobs), command.clone());
        thread::spawn(move || serve(&jobs, &command));
    }
    let (order, results) = channel::<Receiver<String>>();
    let printer = thread::spawn(move || {
        for result in results {
            println!("{}", result.recv().unwrap_or_else(|_| "lost".to_owned()));
        }
    });
    for line in io::stdin().lock().lines() {
        let task = line?;
        let (answer, result) = channel();
        let begins = |arm: &Option<String>| {
            arm.as_ref().is_some_and(|it| it.trim().starts_with(&format!("{task})")))
        };
        if begins(&deadly) {
            let _ = answer.send("lost".to_owned());
        } else if begins(&once) {
            let mut stopped = Command::new("sh").args(["-c", "kill -STOP $$"]).spawn()?;
            let _ = stopped.wait();
            std::fs::write("hung", "")?;
            let _ = sender.send((task, answer));
        } else {
            let _ = sender.send((task, answer));
        }
        let _ = order.send(result);
    }
    drop((sender, order));
    let _ = printer.join();
    Ok(())
}

fn serve(jobs: &Mutex<Receiver<Job>>, command: &str) {
    let mut worker = start(command);
    loop {
        let Ok((task, answer)) = jobs.lock().unwrap().recv() else { return };
        let mut line = String::new();
        let (child, input, output) = &mut worker;
        let asked = writeln!(input, "{task}").is_ok();
        if asked && output.read_line(&mut line).is_ok_and(|length| length > 0) {
            let _ = answer.send(line.trim_end().to_owned());
        } else {
            drop(answer);
            let _ = child.wait();
            worker = start(command);
        }
    }
}

fn start(command: &str) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = shell.spawn().expect("sh can be started");
    let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    (child, input, BufReader::new(output))
}
