//! Two copies in one file, each with a number and a checksum. A writer writes over the older one; whoever reads takes the newest that is whole.

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

/// Number, counts, checksum.
const SLOT: usize = 8 * (BUCKETS + 2);

fn add(file: &Path, buckets: &[usize]) -> io::Result<()> {
    let file = open(file)?;
    let (number, mut counts) = newest(&file)?;
    for &bucket in buckets {
        counts[bucket] += 1;
    }
    let number = number + 1;
    let mut slot = number.to_le_bytes().to_vec();
    slot.extend(to_bytes(&counts));
    slot.extend(checksum(&slot).to_le_bytes());
    file.write_all_at(&slot, (number % 2) * SLOT as u64)
}

fn show(file: &Path) -> io::Result<()> {
    print(&newest(&open(file)?)?.1);
    Ok(())
}

/// The newest copy that is whole, and its number.
fn newest(file: &File) -> io::Result<(u64, Counts)> {
    let mut newest = (0, [0; BUCKETS]);
    for place in 0..2 {
        let mut slot = [0; SLOT];
        if file.read_exact_at(&mut slot, place * SLOT as u64).is_err() {
            continue;
        }
        let (data, sum) = slot.split_at(SLOT - 8);
        let (number, counts) = data.split_at(8);
        let number = u64::from_le_bytes(number.try_into().map_err(io::Error::other)?);
        if sum == checksum(data).to_le_bytes() && number > newest.0 {
            newest = (number, from_bytes(counts).ok_or(io::ErrorKind::InvalidData)?);
        }
    }
    Ok(newest)
}

fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The histogram's file, for this process alone until it is closed.
fn open(file: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)?;
    file.lock()?;
    Ok(file)
}
