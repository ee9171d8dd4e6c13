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
    for name in [
        "../src/lib.rs",
        "src/../../x.rs",
        "/src/lib.rs",
        "C:/src/lib.rs",
        "..\\src\\lib.rs",
        "\\x.rs",
    ] {
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
    let why = take(&[file("x/src/lib.rs"), file("x/build.rs")]).unwrap_err();
    assert!(why.contains("may not be in a submission"), "{why}");
    for name in ["x/.cargo/config.toml", "x/rust-toolchain"] {
        assert_eq!(take(&[file("x/src/lib.rs"), file(name)]).unwrap(), ["src/lib.rs"], "{name}");
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
    (0..136).for_each(|_| bomb.write_all(&megabyte).unwrap());
    std::fs::write(&path, bomb.finish().unwrap()).unwrap();
    let why = from_tar_gz(&path, &rules()).unwrap_err().to_string();
    assert!(why.contains("more than 128 MB come out"), "{why}");
}

/// Whoever reads a table of contents has all of it in memory before he can count.
#[test]
fn a_long_table_of_contents_is_not_read() {
    let mut end = b"PK\x05\x06".to_vec();
    end.extend([0; 8]);
    end.extend((33_u32 << 20).to_le_bytes());
    end.extend([0; 6]);
    let mut larger = b"PK\x06\x06".to_vec();
    larger.extend([0; 36]);
    larger.extend((1_u64 << 40).to_le_bytes());
    larger.extend([0; 8]);
    let mut far = larger.clone();
    far.extend([0; 100_000]);
    far.extend(b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0");
    for bytes in [&[&end[..], b"comment"].concat(), &larger, &far] {
        let why = from_bytes(bytes).unwrap_err();
        assert!(why.contains("more than 10000 files"), "{why}");
    }
    let plain = zip_of(&[file("src/lib.rs")]);
    let size = contents_of_a_zip(&mut Cursor::new(&plain)).unwrap();
    assert!((40..200).contains(&size), "{size}");
}

/// A colon is a letter as others where there are no drives.
#[test]
fn only_a_drive_is_one() {
    for name in ["Q: answers.md", "1: intro.txt", "a:b/x"] {
        assert!(take(&[file("src/lib.rs"), file(name)]).is_ok(), "{name}");
    }
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

/// A zip whose names are these bytes, as other systems write them.
fn zip_of_bytes(names: &[&[u8]]) -> Vec<u8> {
    let plain: Vec<String> =
        (0..names.len()).map(|i| format!("{i}{}", "x".repeat(names[i].len() - 1))).collect();
    let made: Vec<Made<'_>> = plain.iter().map(|name| file(name)).collect();
    let mut bytes = zip_of(&made);
    for (from, to) in plain.iter().zip(names) {
        let length = from.len();
        for at in 0..bytes.len().saturating_sub(length) {
            if bytes[at..at + length] == *from.as_bytes() {
                bytes[at..at + length].copy_from_slice(to);
            }
        }
    }
    bytes
}

fn from_bytes(bytes: &[u8]) -> Result<Taken, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    std::fs::write(&path, bytes).unwrap();
    from_zip(&path, &rules()).map_err(|error| error.to_string())
}

fn paths(taken: &Taken) -> Vec<&str> {
    taken.files.iter().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn archives_of_other_systems_are_taken_as_they_are_meant() {
    for names in [
        &[&b"\xd7\xf7\xd2\xb5/src/lib.rs"[..], b"\xd7\xf7\xd2\xb5/\xcb\xb5\xc3\xf7.txt"][..],
        &[b"\x89\xdb\x91\xe8/src/lib.rs"],
        &[b"07-queue\\src\\lib.rs", b"07-queue\\Cargo.toml"],
        &[b"homework/week7/07-queue/src/lib.rs", b"homework/week7/07-queue/Cargo.toml"],
        &[b"lib.rs", b"Cargo.toml"],
        &[b"SRC/Lib.rs"],
        &[b"answer.rs"],
        &[b"x/src/lib.rs", b"x/target/debug/.lock", b"__MACOSX/x/src/._lib.rs", b"x/src/._lib.rs"],
    ] {
        let taken = from_bytes(&zip_of_bytes(names)).unwrap();
        assert_eq!(paths(&taken), ["src/lib.rs"], "{names:?}");
    }
    let inner = zip_of(&[file("q/src/lib.rs")]);
    let taken = from_bytes(&zip_of(&[("q.zip", Kind::File, &inner)])).unwrap();
    assert_eq!(paths(&taken), ["src/lib.rs"]);
    assert_eq!(taken.notes, ["it was taken from q.zip, an archive in the archive"]);
    let tar = tar_gz_of(&[file("q/src/lib.rs")]);
    let beside = [("me/q.tar.gz", Kind::File, &tar[..]), file("report.pdf"), file("me/._q.zip")];
    assert_eq!(paths(&from_bytes(&zip_of(&beside)).unwrap()), ["src/lib.rs"]);
    // Bytes that begin as a mark of UTF-16 are none.
    let odd = zip_of_bytes(&[b"\xff\xfe\xfd/src/lib.rs"]);
    assert_eq!(paths(&from_bytes(&odd).unwrap()), ["src/lib.rs"]);
}

#[test]
fn what_cannot_be_taken_is_refused_with_what_there_is() {
    let why = from_bytes(&zip_of(&[file("report.pdf"), file("a.rs"), file("b.rs")])).unwrap_err();
    assert_eq!(why, "there is no src/lib.rs in it; it holds a.rs, b.rs, report.pdf");
    let broken = from_bytes(&zip_of(&[("inner.zip", Kind::File, b"x")])).unwrap_err();
    assert!(
        broken.starts_with("inner.zip in it: it is no zip archive, or not all of it"),
        "{broken}"
    );
    let seven = b"7z\xbc\xaf\x27\x1c";
    let why = from_bytes(&zip_of(&[("a.7z", Kind::File, seven)])).unwrap_err();
    assert!(why.starts_with("a.7z in it: it is a 7z archive"), "{why}");
    // One level is help; many are a bomb.
    let mut nested = zip_of(&[file("src/lib.rs")]);
    for _ in 0..2 {
        nested = zip_of(&[("n.zip", Kind::File, &nested)]);
    }
    assert!(from_bytes(&nested).unwrap_err().contains("it holds n.zip"));
}

#[test]
fn what_cannot_be_read_says_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let rules = Rules::new(&["src/**/*.rs".to_owned()]).unwrap();
    for (name, bytes, says) in [
        ("a.7z", &b"7z\xbc\xaf\x27\x1c"[..], "it is a 7z archive, which is not read here; a .zip"),
        ("a.zip", b"Rar!\x1a\x07\0", "it is a rar archive"),
        ("a.tar.zst", b"\x28\xb5\x2f\xfdx", "it is a zstd archive"),
        ("a.rar", b"no archive", "it is called .rar, and is no such archive"),
        ("a.zip", b"", "the file is empty"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = from_file(&path, &rules).unwrap_err();
        assert!(matches!(error, IntakeError::Refused(_)), "{error}");
        assert!(error.to_string().starts_with(says), "{name}: {error}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What comes of a file of this name.
fn of_file(name: &str, bytes: &[u8]) -> Result<Taken, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    from_file(&path, &rules()).map_err(|error| error.to_string())
}

#[test]
fn what_gzip_has_packed_may_be_a_source_or_an_archive() {
    let text = "//! 一个队列\npub struct Queue;\n".repeat(40);
    let taken = of_file("queue.rs.gz", &gzip(text.as_bytes())).unwrap();
    assert_eq!(taken.files, [("src/lib.rs".to_owned(), text.into_bytes())]);
    assert_eq!(taken.notes, ["the one file that gzip has packed was taken as src/lib.rs"]);
    for packed in [tar_gz_of(&[file("q/src/lib.rs")]), zip_of(&[file("q/src/lib.rs")])] {
        let taken = of_file("queue.tar.gz", &gzip(&packed)).unwrap();
        assert!(taken.has("src/lib.rs") && taken.notes[0].contains("once more"), "{taken:?}");
    }
    // What is neither says so, and nothing of what is in it.
    let why = of_file("queue.gz", &gzip(&b"secret \0".repeat(200))).unwrap_err();
    assert_eq!(
        why,
        "it is no tar.gz archive that can be read; pack it again, as a .zip or a .tar.gz"
    );
    let half = tar_gz_of(&[file("q/src/lib.rs")]);
    let why = of_file("queue.gz", &half[..half.len() / 2]).unwrap_err();
    assert!(why.contains("ends too early"), "{why}");
}

#[test]
fn a_hard_link_to_what_is_in_the_archive_is_that() {
    let made = |target: &str| {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(7);
        builder.append_data(&mut header, "backup/lib.rs", &b"// text"[..]).unwrap();
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Link);
        link.set_size(0);
        builder.append_link(&mut link, "src/lib.rs", target).unwrap();
        of_file("queue.tar", &builder.into_inner().unwrap())
    };
    let taken = made("backup/lib.rs").unwrap();
    assert_eq!(taken.files, [("src/lib.rs".to_owned(), b"// text".to_vec())]);
    for elsewhere in ["/etc/passwd", "backup/other.rs", "src/lib.rs"] {
        let why = made(elsewhere).unwrap_err();
        assert!(why.contains("src/lib.rs is a link"), "{elsewhere}: {why}");
    }
}
