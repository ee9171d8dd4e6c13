//! Under a lock, but one bucket after the other.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
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
    let data = open(file)?;
    let mut counts = read(&data)?;
    for &bucket in buckets {
        counts[bucket] += 1;
    }
    for (place, count) in (0..).step_by(8).zip(&counts) {
        data.write_all_at(&count.to_le_bytes(), place)?;
    }
    Ok(())
}

fn show(file: &Path) -> io::Result<()> {
    print(&read(&open(file)?)?);
    Ok(())
}

fn read(data: &File) -> io::Result<Counts> {
    let mut bytes = [0; 8 * BUCKETS];
    match data.read_exact_at(&mut bytes, 0) {
        Ok(()) => from_bytes(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok([0; BUCKETS]),
        Err(error) => Err(error),
    }
}

/// The histogram's file, for this process alone until it is closed.
fn open(file: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)?;
    file.lock()?;
    Ok(file)
}
