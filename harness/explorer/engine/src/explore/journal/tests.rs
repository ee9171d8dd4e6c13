use super::*;

fn config() -> Config {
    Config::default()
}

fn resume(file: &Path) -> Resume {
    let file = file.to_str().expect("paths of temporary files are text").to_owned();
    Resume { file, compiler: "rustc 1.95.0".to_owned(), ..Resume::default() }
}

/// A file of this test's own.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("explore-journal-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn key(number: u64) -> Key {
    Key { piece: [number, 7], most: 9 }
}

fn said(number: u64) -> Vec<u8> {
    [number, 0, u64::MAX].iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A journal of three pieces.
fn written(file: &Path) {
    let mut journal = Journal::open(&resume(file), "it", &config()).unwrap();
    (1..=3).for_each(|number| journal.keep(&key(number), &said(number)).unwrap());
}

#[test]
fn what_was_kept_is_said_once() {
    let file = Scratch::new("kept");
    written(&file.0);
    let mut journal = Journal::open(&resume(&file.0), "it", &config()).unwrap();
    for number in 1..=3 {
        assert_eq!(journal.said(&key(number)), Some(said(number)));
        assert_eq!(journal.said(&key(number)), None);
    }
    assert_eq!(journal.said(&key(4)), None);
}

/// Wherever a kill or a power cut ends the file: what is whole is there, and what is written next is whole.
#[test]
fn a_file_that_ends_anywhere_is_gone_on_with() {
    let file = Scratch::new("torn");
    written(&file.0);
    let whole = std::fs::read(&file.0).unwrap();
    let ends: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] == b'\n').collect();
    assert_eq!(ends.len(), 5);
    for length in 0..whole.len() {
        std::fs::write(&file.0, &whole[..length]).unwrap();
        let mut journal = Journal::open(&resume(&file.0), "it", &config()).unwrap();
        let lines = ends.iter().filter(|end| **end < length).count();
        for number in 1..=3_usize {
            let known = journal.said(&key(number as u64)).is_some();
            assert_eq!(known, lines >= number + 2, "{length} bytes");
        }
        journal.keep(&key(3), &said(3)).unwrap();
        drop(journal);
        let mut again = Journal::open(&resume(&file.0), "it", &config()).unwrap();
        assert_eq!(again.said(&key(3)), Some(said(3)), "{length} bytes");
    }
}

#[test]
fn a_file_that_is_damaged_or_something_else_is_refused_and_left_alone() {
    let file = Scratch::new("damaged");
    written(&file.0);
    let whole = std::fs::read(&file.0).unwrap();
    let at = whole.len() / 2;
    let mut damaged = whole.clone();
    damaged[at] ^= 1;
    for (bytes, words) in [
        (damaged, "is damaged in its line"),
        (b"fn main() {}\n".to_vec(), "is no journal"),
        (b"0".to_vec(), "is no journal"),
    ] {
        std::fs::write(&file.0, &bytes).unwrap();
        let problem = Journal::open(&resume(&file.0), "it", &config()).unwrap_err();
        assert!(problem.contains(words), "{problem}");
        assert_eq!(std::fs::read(&file.0).unwrap(), bytes);
    }
}

#[test]
fn another_search_is_refused_with_what_is_different() {
    let file = Scratch::new("another");
    written(&file.0);
    let before = std::fs::read(&file.0).unwrap();
    let problem =
        |resume: &Resume, config: &Config| Journal::open(resume, "it", config).unwrap_err();
    let compiler = Resume { compiler: "rustc 1.96.0".to_owned(), ..resume(&file.0) };
    let told = problem(&compiler, &config());
    assert!(told.contains("another compiler (rustc 1.95.0, and now it is rustc 1.96.0)"), "{told}");
    let bounds = Config { spurious: 2, ..config() };
    let told = problem(&resume(&file.0), &bounds);
    assert!(told.contains("other bounds (spurious 0, and now 2)"), "{told}");
    assert_eq!(std::fs::read(&file.0).unwrap(), before);
    // Of another executable.
    let text = String::from_utf8(before).unwrap();
    let text: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<String> = line.split('\t').skip(1).map(str::to_owned).collect();
            if fields[0] == "search" {
                fields[4] = "0".repeat(32);
            }
            let text = fields.join("\t");
            format!("{:016x}\t{text}\n", sum(&text))
        })
        .collect();
    std::fs::write(&file.0, text.concat()).unwrap();
    let told = problem(&resume(&file.0), &config());
    assert!(told.contains("another program"), "{told}");
}

#[test]
fn time_and_processes_may_be_others() {
    let file = Scratch::new("time");
    written(&file.0);
    let longer = Config {
        jobs: 4,
        max_executions: 5,
        max_time: std::time::Duration::from_secs(1),
        ..config()
    };
    let mut journal = Journal::open(&resume(&file.0), "it", &longer).unwrap();
    assert!(journal.said(&key(1)).is_some());
}

#[test]
fn several_searches_share_a_file() {
    let file = Scratch::new("several");
    written(&file.0);
    let second = Resume { look: 1, ..resume(&file.0) };
    let elsewhere = Resume { within: "--test other".to_owned(), ..resume(&file.0) };
    for (resume, name) in [(&second, "it"), (&elsewhere, "it"), (&resume(&file.0), "that")] {
        // Its own bounds: they are those of another search.
        let config = Config { spurious: 1, ..config() };
        let mut journal = Journal::open(resume, name, &config).unwrap();
        assert_eq!(journal.said(&key(1)), None);
        journal.keep(&key(1), &said(8)).unwrap();
        drop(journal);
        let mut journal = Journal::open(resume, name, &config).unwrap();
        assert_eq!(journal.said(&key(1)), Some(said(8)));
    }
    let mut journal = Journal::open(&resume(&file.0), "it", &config()).unwrap();
    assert_eq!(journal.said(&key(1)), Some(said(1)));
}
