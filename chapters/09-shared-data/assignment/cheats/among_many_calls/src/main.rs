//! The wrong solution `no_lock`, with many calls of no use before and after: more than a writer can be stopped after each of, so that those between
//! reading the counts and writing them are few among many.

use std::fs;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
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

fn to_bytes(counts: &Counts) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Option<Counts> {
    let mut counts = [0; BUCKETS];
    let chunks = bytes.chunks_exact(8);
    if bytes.len() != 8 * BUCKETS {
        return None;
    }
    for (count, chunk) in counts.iter_mut().zip(chunks) {
        *count = u64::from_le_bytes(chunk.try_into().ok()?);
    }
    Some(counts)
}

fn of_no_use(file: &Path) {
    for _ in 0..60 {
        let _ = fs::metadata(file);
        let _ = File::open(file);
    }
}

fn add(file: &Path, buckets: &[usize]) -> io::Result<()> {
    of_no_use(file);
    let mut counts = load(file)?;
    for &bucket in buckets {
        counts[bucket] += 1;
    }
    let new = beside(file, &format!(".new-{}", std::process::id()));
    fs::write(&new, to_bytes(&counts))?;
    fs::rename(new, file)?;
    of_no_use(file);
    Ok(())
}

/// Whoever has opened the old file reads the old counts to their end.
fn show(file: &Path) -> io::Result<()> {
    print(&load(file)?);
    Ok(())
}

fn load(file: &Path) -> io::Result<Counts> {
    match fs::read(file) {
        Ok(bytes) => from_bytes(&bytes).ok_or_else(|| io::Error::other("it is no histogram")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok([0; BUCKETS]),
        Err(error) => Err(error),
    }
}

/// A file beside the histogram.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
