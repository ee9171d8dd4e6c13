//! It counts every bucket as it comes to it; the wrong one comes last.

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
    let texts: Vec<String> = arguments.collect();
    let buckets: Vec<usize> = texts.iter().map_while(|text| bucket(text)).collect();
    let done = match verb.as_str() {
        "add" => add(Path::new(&file), &buckets),
        "show" => show(Path::new(&file)),
        _ => Err(io::Error::other("there are `add` and `show`")),
    };
    match done {
        Ok(()) if buckets.len() < texts.len() => {
            eprintln!("a bucket is a number from 0 to {}", BUCKETS - 1);
            ExitCode::from(2)
        }
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

fn add(file: &Path, buckets: &[usize]) -> io::Result<()> {
    let lock = File::create(beside(file, ".lock"))?;
    lock.lock()?;
    let mut counts = load(file)?;
    for &bucket in buckets {
        counts[bucket] += 1;
    }
    let new = beside(file, ".new");
    fs::write(&new, to_bytes(&counts))?;
    fs::rename(new, file)
}

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
