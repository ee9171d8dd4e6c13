//! The new counts go to a journal first. Then they are written into the file itself, a bucket at a time, and the journal is emptied. Whoever
//! finds a journal does the rest of it.

use std::fs;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
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

fn add(file: &Path, buckets: &[usize]) -> io::Result<()> {
    let data = open(file)?;
    let mut counts = recover(file, &data)?;
    for &bucket in buckets {
        counts[bucket] += 1;
    }
    // From the moment at which the journal is whole the update counts, whoever writes it into the file.
    let (new, journal) = (beside(file, ".new"), beside(file, ".journal"));
    fs::write(&new, to_bytes(&counts))?;
    fs::rename(&new, &journal)?;
    apply(&data, &counts)?;
    fs::write(&journal, [])
}

fn show(file: &Path) -> io::Result<()> {
    let data = open(file)?;
    print(&recover(file, &data)?);
    Ok(())
}

/// Finishes what a killed writer has begun, if there is one, and reads.
fn recover(file: &Path, data: &File) -> io::Result<Counts> {
    let journal = beside(file, ".journal");
    let whole = fs::read(&journal).ok().and_then(|bytes| from_bytes(&bytes));
    let Some(counts) = whole else { return read(data) };
    apply(data, &counts)?;
    fs::write(&journal, [])?;
    Ok(counts)
}

fn apply(data: &File, counts: &Counts) -> io::Result<()> {
    for (place, count) in (0..).step_by(8).zip(counts) {
        data.write_all_at(&count.to_le_bytes(), place)?;
    }
    Ok(())
}

fn read(data: &File) -> io::Result<Counts> {
    let mut bytes = [0; 8 * BUCKETS];
    match data.read_exact_at(&mut bytes, 0) {
        Ok(()) => from_bytes(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into()),
        // It is new.
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

/// A file beside the histogram.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
