//! The journal says what to add, not what comes out: who died after adding has it added again.

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
    recover(file, &data)?;
    let mut more = [0; BUCKETS];
    for &bucket in buckets {
        more[bucket] += 1;
    }
    let (new, journal) = (beside(file, ".new"), beside(file, ".journal"));
    fs::write(&new, to_bytes(&more))?;
    fs::rename(&new, &journal)?;
    recover(file, &data)?;
    Ok(())
}

fn show(file: &Path) -> io::Result<()> {
    let data = open(file)?;
    print(&recover(file, &data)?);
    Ok(())
}

/// Adds what is in the journal, and reads.
fn recover(file: &Path, data: &File) -> io::Result<Counts> {
    let mut counts = read(data)?;
    let journal = beside(file, ".journal");
    let whole = fs::read(&journal).ok().and_then(|bytes| from_bytes(&bytes));
    let Some(more) = whole else { return Ok(counts) };
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
    data.write_all_at(&to_bytes(&counts), 0)?;
    fs::write(&journal, [])?;
    Ok(counts)
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

/// A file beside the histogram.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
