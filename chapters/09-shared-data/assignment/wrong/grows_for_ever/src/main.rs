//! A line for each update, and nobody ever adds them up.

use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

const BUCKETS: usize = 64;

type Counts = [u64; BUCKETS];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(verb), Some(file)) = (arguments.next(), arguments.next()) else {
        eprintln!("add FILE BUCKET…, or show FILE");
        return ExitCode::from(2);
    };
    let Some(buckets) = arguments.map(|text| bucket(&text)).collect::<Option<Vec<usize>>>() else {
        eprintln!("a bucket is a number from 0 to {}", BUCKETS - 1);
        return ExitCode::from(2);
    };
    let done = match verb.as_str() {
        "add" => add(Path::new(&file), &buckets),
        "show" => show(Path::new(&file)),
        _ => Err(io::Error::other("there are `add` and `show`")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{verb} {file}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bucket(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&bucket| bucket < BUCKETS)
}

fn print(counts: &Counts) {
    for (bucket, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        println!("{bucket} {count}");
    }
}

fn add(file: &Path, buckets: &[usize]) -> io::Result<()> {
    let line: String = buckets.iter().map(|bucket| format!("{bucket} ")).collect();
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(format!("{line}\n").as_bytes())
}

fn show(file: &Path) -> io::Result<()> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        other => other?,
    };
    let mut counts = [0; BUCKETS];
    for bucket in text.split_whitespace().filter_map(bucket) {
        counts[bucket] += 1;
    }
    print(&counts);
    Ok(())
}
