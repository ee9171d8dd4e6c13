//! What is taken from an archive. Nothing is unpacked: the files that are wanted are read into memory, under the same rules as those of
//! a folder.
//!
//! An archive says what it likes about itself: names, sizes, kinds. So names are checked before they mean anything, what is read is counted
//! as it comes out, and of what nobody wants as little as possible is decompressed.

use crate::grading::intake::{Collected, ENTRIES, IntakeError, Rules, Taken, refused};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The most bytes of an archive.
const ARCHIVE_BYTES: u64 = 32 << 20;
/// The most bytes of a `.tar`, and the most that come out of a `.tar.gz`, whose every byte has to be decompressed to find the next file.
const UNPACKED_BYTES: u64 = 64 << 20;

/// What somebody says of an entry.
struct Entry<'a> {
    /// With `/` between folders.
    path: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// Reads the submission in a `.zip`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_zip(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let broken = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) if error.raw_os_error().is_some() => error.into(),
        error => refused(format!("it is no zip archive that can be read: {error}")),
    };
    let mut archive = zip::ZipArchive::new(open(path)?).map_err(broken)?;
    if archive.len() > ENTRIES {
        return Err(too_many());
    }
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(broken)?;
        names.push(text(file.name_raw())?.to_owned());
    }
    let top = top_folder(names.iter().map(String::as_str));
    let mut intake = Intake::new(rules, top);
    for (index, name) in names.iter().enumerate() {
        let raw = archive.by_index_raw(index).map_err(broken)?;
        let kind = match raw.unix_mode().map(|mode| mode & 0o170_000) {
            Some(0o120_000) => Kind::Link,
            _ if raw.is_dir() => Kind::Folder,
            None | Some(0 | 0o100_000) => Kind::File,
            Some(0o040_000) => Kind::Folder,
            Some(_) => Kind::Special,
        };
        let encrypted = raw.encrypted();
        drop(raw);
        if let Some(wanted) = intake.look(&Entry { path: name, kind })? {
            if encrypted {
                return Err(refused(format!("{wanted} is encrypted")));
            }
            let file = archive.by_index(index).map_err(broken)?;
            intake.add(&wanted, file)?;
        }
    }
    intake.collected.finish()
}

/// Reads the submission in a `.tar`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_tar(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    from_tar_of("tar", &|| Ok(Box::new(open(path)?)), rules)
}

/// Reads the submission in a `.tar.gz`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_tar_gz(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let unpacked = || Ok(Box::new(flate2::read::MultiGzDecoder::new(open(path)?)) as _);
    from_tar_of("tar.gz", &unpacked, rules)
}

/// Opens the unpacked archive at its beginning.
type Opens<'a> = &'a dyn Fn() -> Result<Box<dyn Read>, IntakeError>;

fn from_tar_of(form: &str, opens: Opens<'_>, rules: &Rules) -> Result<Taken, IntakeError> {
    let names = with_tar(form, opens, |archive| {
        let mut names = Vec::new();
        for entry in archive.entries()? {
            names.push(text(&entry?.path_bytes()).map(str::to_owned));
            if names.len() > ENTRIES {
                break;
            }
        }
        Ok(names)
    })?;
    if names.len() > ENTRIES {
        return Err(too_many());
    }
    let names = names.into_iter().collect::<Result<Vec<_>, _>>()?;
    let top = top_folder(names.iter().map(String::as_str));
    let mut intake = Intake::new(rules, top);
    let mut problem = None;
    with_tar(form, opens, |archive| {
        for (entry, name) in archive.entries()?.zip(&names) {
            let entry = entry?;
            let kind = match entry.header().entry_type() {
                tar::EntryType::Regular | tar::EntryType::Continuous => Kind::File,
                tar::EntryType::Directory => Kind::Folder,
                tar::EntryType::Symlink | tar::EntryType::Link => Kind::Link,
                tar::EntryType::XGlobalHeader => continue,
                _ => Kind::Special,
            };
            let added = intake.look(&Entry { path: name, kind }).and_then(|wanted| match wanted {
                Some(wanted) => intake.add(&wanted, entry),
                None => Ok(()),
            });
            if let Err(error) = added {
                problem = Some(error);
                break;
            }
        }
        Ok(())
    })?;
    match problem {
        Some(problem) => Err(problem),
        None => intake.collected.finish(),
    }
}

fn open(path: &Path) -> Result<BufReader<File>, IntakeError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > ARCHIVE_BYTES {
        return Err(refused(format!("the archive is larger than {} MB", ARCHIVE_BYTES >> 20)));
    }
    Ok(BufReader::new(file))
}

type Tar = tar::Archive<io::Take<Box<dyn Read>>>;

fn with_tar<T>(
    form: &str,
    opens: Opens<'_>,
    read: impl FnOnce(&mut Tar) -> io::Result<T>,
) -> Result<T, IntakeError> {
    let mut archive = tar::Archive::new(opens()?.take(UNPACKED_BYTES));
    let result = read(&mut archive);
    let left = archive.into_inner().limit();
    result.map_err(|error| match error.raw_os_error() {
        Some(_) => error.into(),
        None if left == 0 => {
            refused(format!("more than {} MB come out of the archive", UNPACKED_BYTES >> 20))
        }
        None => refused(format!("it is no {form} archive that can be read: {error}")),
    })
}

fn too_many() -> IntakeError {
    refused(format!("it has more than {ENTRIES} files and folders"))
}

fn text(name: &[u8]) -> Result<&str, IntakeError> {
    std::str::from_utf8(name)
        .map_err(|_| refused(format!("the name of {} is not UTF-8", String::from_utf8_lossy(name))))
}

/// The folder that everything is in, if there is one: people pack their folder, not what is in it.
fn top_folder<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut top = None;
    for name in names {
        let name = name.strip_prefix("./").unwrap_or(name);
        // What some systems add to every archive.
        if name.is_empty() || name.starts_with("__MACOSX/") {
            continue;
        }
        let (first, _) = name.split_once('/')?;
        if top.get_or_insert(first) != &first {
            return None;
        }
    }
    top.filter(|top| *top != "src" && *top != "..").map(str::to_owned)
}

struct Intake<'r> {
    rules: &'r Rules,
    top: Option<String>,
    collected: Collected,
}

impl<'r> Intake<'r> {
    fn new(rules: &'r Rules, top: Option<String>) -> Self {
        Intake { rules, top, collected: Collected::default() }
    }

    /// Where the entry belongs in the submission, if it is wanted.
    fn look(&self, entry: &Entry<'_>) -> Result<Option<String>, IntakeError> {
        let name = entry.path;
        let bad = name.starts_with('/')
            || name.contains(['\\', '\0'])
            || name.split('/').any(|part| part == "..")
            || name.as_bytes().get(1) == Some(&b':');
        if bad {
            return Err(refused(format!("{name:?} is a name that leads out of the submission")));
        }
        let parts: Vec<&str> =
            name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let parts = match (&self.top, &parts[..]) {
            (Some(top), [first, rest @ ..]) if top == first => rest,
            _ => &parts[..],
        };
        let Some(first) = parts.first() else { return Ok(None) };
        if let Some(why) = Rules::forbids(first) {
            return Err(refused(format!("{first} may not be in a submission: {why}")));
        }
        let path = parts.join("/");
        match entry.kind {
            Kind::Link if self.rules.takes(&path) || self.rules.enters(&path) => {
                Err(refused(format!("{path} is a link; a submission holds the files themselves")))
            }
            Kind::Special if self.rules.takes(&path) => {
                Err(refused(format!("{path} is no regular file")))
            }
            Kind::File if self.rules.takes(&path) => Ok(Some(path)),
            Kind::File | Kind::Folder | Kind::Link | Kind::Special => Ok(None),
        }
    }

    fn add(&mut self, path: &str, content: impl Read) -> Result<(), IntakeError> {
        self.collected.add(path, content).map_err(|error| match error {
            // Reading from memory has no trouble of the grader's: the archive is broken.
            IntakeError::Trouble(error) if error.raw_os_error().is_none() => {
                refused(format!("{path} cannot be unpacked: {error}"))
            }
            error => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn rules() -> Rules {
        Rules::new(&["src/**/*.rs".to_owned()]).unwrap()
    }

    /// An entry of a test: name, kind, content.
    type Made<'a> = (&'a str, Kind, &'a [u8]);

    fn zip_of(entries: &[Made<'_>]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, kind, content) in entries {
            let mode = if *kind == Kind::Link { 0o120_777 } else { 0o100_644 };
            let options = zip::write::SimpleFileOptions::default().unix_permissions(mode);
            match kind {
                Kind::Link => {
                    let target = std::str::from_utf8(content).unwrap();
                    writer.add_symlink(*name, target, options).unwrap();
                }
                Kind::Folder => writer.add_directory(*name, options).unwrap(),
                Kind::File | Kind::Special => {
                    writer.start_file(*name, options).unwrap();
                    writer.write_all(content).unwrap();
                }
            }
        }
        writer.finish().unwrap().into_inner()
    }

    fn tar_gz_of(entries: &[Made<'_>]) -> Vec<u8> {
        let compressed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(compressed);
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            // As a stranger writes it: `set_path` would refuse what leads out.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(0o644);
            header.set_entry_type(match kind {
                Kind::File => tar::EntryType::Regular,
                Kind::Folder => tar::EntryType::Directory,
                Kind::Link => tar::EntryType::Symlink,
                Kind::Special => tar::EntryType::Fifo,
            });
            let content = if *kind == Kind::File { *content } else { &[] };
            if *kind == Kind::Link {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    /// What comes of the same entries in a zip, a tar.gz and a tar: it has to be the same.
    fn take(entries: &[Made<'_>]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let read =
            |name: &str, bytes: Vec<u8>, from: fn(&Path, &Rules) -> Result<Taken, IntakeError>| {
                let path = folder.path().join(name);
                std::fs::write(&path, bytes).unwrap();
                let taken = from(&path, &rules()).map_err(|error| {
                    assert!(matches!(error, IntakeError::Refused(_)), "{error}");
                    error.to_string()
                })?;
                Ok(taken.files.into_iter().map(|(path, _)| path).collect())
            };
        let zip: Result<Vec<String>, String> = read("a.zip", zip_of(entries), from_zip);
        let tar = read("a.tar.gz", tar_gz_of(entries), from_tar_gz);
        assert_eq!(zip, tar);
        let mut unpacked = Vec::new();
        let packed = tar_gz_of(entries);
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(zip, read("a.tar", unpacked, from_tar));
        zip
    }

    fn file(name: &str) -> Made<'_> {
        (name, Kind::File, b"// text")
    }

    #[test]
    fn the_folder_that_everything_is_in_is_no_part_of_the_names() {
        let expected = Ok(vec!["src/a/b.rs".to_owned(), "src/lib.rs".to_owned()]);
        let plain = [file("src/lib.rs"), file("src/a/b.rs"), file("README.md")];
        assert_eq!(take(&plain), expected);
        let packed = [
            ("queue/", Kind::Folder, &b""[..]),
            file("queue/src/lib.rs"),
            file("queue/src/a/b.rs"),
            file("__MACOSX/queue/._x"),
        ];
        assert_eq!(take(&packed), expected);
        assert_eq!(take(&[file("./src/lib.rs"), file("./src/a/b.rs")]), expected);
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in
            ["../src/lib.rs", "src/../../x.rs", "/src/lib.rs", "C:/src/lib.rs", "src\\lib.rs"]
        {
            let why = take(&[file("src/lib.rs"), file(name)]).unwrap_err();
            assert!(why.contains("leads out of the submission"), "{name}: {why}");
        }
    }

    #[test]
    fn links_and_settings_are_refused() {
        let why = take(&[file("x/src/lib.rs"), ("x/src/b.rs", Kind::Link, b"/etc/passwd")]);
        assert!(why.unwrap_err().contains("src/b.rs is a link"));
        let why = take(&[("src", Kind::Link, b"/etc")]).unwrap_err();
        assert!(why.contains("src is a link"), "{why}");
        for name in ["x/build.rs", "x/.cargo/config.toml", "x/rust-toolchain"] {
            let why = take(&[file("x/src/lib.rs"), file(name)]).unwrap_err();
            assert!(why.contains("may not be in a submission"), "{why}");
        }
        let taken = from_special(&[file("src/lib.rs"), ("src/pipe.rs", Kind::Special, b"")]);
        assert!(taken.unwrap_err().contains("src/pipe.rs is no regular file"));
    }

    /// A zip of this crate's cannot hold a pipe.
    fn from_special(entries: &[Made<'_>]) -> Result<Taken, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar.gz");
        std::fs::write(&path, tar_gz_of(entries)).unwrap();
        from_tar_gz(&path, &rules()).map_err(|error| error.to_string())
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![0; 8 << 20];
        let why = take(&[("src/lib.rs", Kind::File, &zeros)]).unwrap_err();
        assert!(why.contains("larger than 1024 KB"), "{why}");
        // What nobody wants may be large; it is not kept.
        assert!(take(&[file("src/lib.rs"), ("data.bin", Kind::File, &zeros)]).is_ok());
        let names: Vec<String> = (0..=ENTRIES).map(|i| format!("x/{i}")).collect();
        let many: Vec<Made<'_>> = names.iter().map(|name| file(name)).collect();
        assert!(take(&many).unwrap_err().contains("more than 10000 files"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tgz");
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let megabyte = vec![0; 1 << 20];
        let mut header = tar::Header::new_gnu();
        header.set_path("data.bin").unwrap();
        header.set_size(4 << 30);
        header.set_cksum();
        bomb.write_all(header.as_bytes()).unwrap();
        (0..80).for_each(|_| bomb.write_all(&megabyte).unwrap());
        std::fs::write(&path, bomb.finish().unwrap()).unwrap();
        let why = from_tar_gz(&path, &rules()).unwrap_err().to_string();
        assert!(why.contains("more than 64 MB come out"), "{why}");
    }

    #[test]
    fn what_is_no_archive_is_the_students_trouble() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        std::fs::write(&path, b"no archive").unwrap();
        assert!(matches!(from_zip(&path, &rules()), Err(IntakeError::Refused(_))));
        assert!(matches!(from_tar_gz(&path, &rules()), Err(IntakeError::Refused(_))));
        assert!(matches!(from_tar(&path, &rules()), Err(IntakeError::Refused(_))));
        assert!(matches!(
            from_zip(&folder.path().join("none.zip"), &rules()),
            Err(IntakeError::Trouble(_))
        ));
    }
}
