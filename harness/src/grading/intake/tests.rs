use super::*;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

fn rules() -> Rules {
    Rules::new(&["src/**/*.rs".to_owned()]).unwrap()
}

/// What comes of a submission that `make` makes in an empty folder.
fn take(make: impl FnOnce(&Path)) -> Result<Taken, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), "// a library").unwrap();
    make(folder.path());
    from_folder(folder.path(), &rules()).map_err(|error| error.to_string())
}

fn write(path: std::path::PathBuf, text: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn only_what_is_named_is_taken() {
    let taken = take(|folder| {
        write(folder.join("src/deep/er.rs"), "// deeper");
        write(folder.join("src/notes.txt"), "no");
        write(folder.join("Cargo.toml"), "[lib]\npath = \"/etc/passwd\"");
        write(folder.join("tests/all.rs"), "no");
        write(folder.join("target/src/x.rs"), "no");
    })
    .unwrap();
    let paths: Vec<&str> = taken.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["src/deep/er.rs", "src/lib.rs"]);
}

#[test]
fn links_are_refused_wherever_they_lead() {
    for (link, target) in
        [("src/secret.rs", "/etc/passwd"), ("src/dir", "/etc"), ("src/self.rs", "lib.rs")]
    {
        let why = take(|folder| symlink(target, folder.join(link)).unwrap()).unwrap_err();
        assert!(why.contains(link) && why.contains("symbolic link"), "{why}");
    }
    let why = take(|folder| {
        std::fs::remove_dir_all(folder.join("src")).unwrap();
        symlink("/etc", folder.join("src")).unwrap();
    });
    assert!(why.unwrap_err().contains("src is a symbolic link"));
}

#[test]
fn what_would_reach_the_grader_is_refused() {
    for name in ["build.rs", "Build.rs"] {
        let why = take(|folder| write(folder.join(name), "x")).unwrap_err();
        assert!(why.contains("may not be in a submission"), "{why}");
    }
}

#[test]
fn settings_of_the_build_are_left_out_with_a_word() {
    for name in [".cargo/config.toml", "rust-toolchain", "Rust-Toolchain.toml"] {
        let taken = take(|folder| write(folder.join(name), "x")).unwrap();
        let first = name.split('/').next().unwrap();
        assert!(taken.notes.iter().any(|it| it.starts_with(first) && it.ends_with("the grader's")));
        assert!(taken.files.iter().all(|(path, _)| path.starts_with("src/")), "{name}");
    }
}

#[test]
fn names_are_text_and_distinct() {
    // A stray file with a name of another system costs nothing.
    let stray = |folder: &Path| {
        write(folder.join(OsStr::from_bytes(b"\xcb\xb5\xc3\xf7.txt")), "x");
        write(folder.join("src").join(OsStr::from_bytes(b"\xff.rs")), "x");
    };
    assert_eq!(take(stray).unwrap().files.len(), 1);
    let why = take(|folder| {
        write(folder.join("src/queue.rs"), "a");
        write(folder.join("src/Queue.rs"), "b");
    });
    assert!(why.unwrap_err().contains("upper and lower case"));
}

#[test]
fn sizes_and_numbers_are_limited() {
    let large = vec![b' '; usize::try_from(FILE_BYTES).unwrap() + 1];
    let why = take(|folder| write(folder.join("src/large.rs"), &large)).unwrap_err();
    assert!(why.contains("src/large.rs is larger than 1024 KB"), "{why}");
    let why = take(|folder| {
        (0..5).for_each(|i| {
            write(folder.join(format!("src/m{i}.rs")), &large[1..]);
        })
    });
    assert!(why.unwrap_err().contains("together"));
    let why =
        take(|folder| (0..FILES).for_each(|i| write(folder.join(format!("src/m{i}.rs")), "")));
    assert!(why.unwrap_err().contains("more than 256 source files"));
    let why =
        take(|folder| write(folder.join("src").join("d/".repeat(DEPTH + 1)).join("x.rs"), ""));
    assert!(why.unwrap_err().contains("nested"));
}

#[test]
fn a_pipe_does_not_block_the_grader() {
    let why = take(|folder| {
        let pipe = folder.join("src/pipe.rs");
        rustix::fs::mkfifoat(CWD, &pipe, Mode::from_raw_mode(0o644)).unwrap();
    });
    assert!(why.unwrap_err().contains("no regular file"));
}

#[test]
fn a_digest_is_of_paths_and_contents() {
    let of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        digest(&Ok(Taken { files: files.collect(), ..Taken::default() })).unwrap()
    };
    let one = of(&[("a", "xy"), ("b", "z")]);
    assert_eq!(one, of(&[("a", "xy"), ("b", "z")]));
    for other in [
        &[("a", "xz"), ("b", "z")][..],
        &[("a", "xy"), ("c", "z")],
        &[("a", "x"), ("b", "yz")],
        &[("a", "xy")],
    ] {
        assert_ne!(one, of(other), "{other:?}");
    }
    assert_eq!(digest(&Err(IntakeError::Trouble(io::Error::other("x")))), None);
    assert_ne!(digest(&Err(refused("x".into()))), digest(&Err(refused("y".into()))));
}

#[test]
fn a_missing_submission_is_the_graders_trouble() {
    let result = from_folder(Path::new("/no/such/submission"), &rules());
    assert!(matches!(result, Err(IntakeError::Trouble(_))));
}

/// What comes of a folder with these files, by the bytes of their names, and nothing else.
fn take_these(names: &[&[u8]]) -> Result<(Vec<String>, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        write(folder.path().join(OsStr::from_bytes(name)), "// text");
    }
    let taken = from_folder(folder.path(), &rules()).map_err(|error| error.to_string())?;
    Ok((taken.files.into_iter().map(|(path, _)| path).collect(), taken.notes))
}

#[test]
fn a_folder_is_taken_as_it_is_meant() {
    for (names, paths) in [
        (&[&b"a/b/c/src/lib.rs"[..], b"a/b/c/src/x/y.rs"][..], "src/lib.rs src/x/y.rs"),
        (&[b"SRC/Lib.RS", b"SRC/Other.rs"], "src/Other.rs src/lib.rs"),
        (&[b"lib.rs", b"util.rs", b"README.md"], "src/lib.rs src/util.rs"),
        (&[b"src/main.rs", b"Cargo.toml"], "src/lib.rs"),
        (&[b"\xd7\xf7\xd2\xb5/src/lib.rs"], "src/lib.rs"),
        // Unpacked by a program that knows no backslashes.
        (&[b"q\\src\\lib.rs", b"q\\src\\a.rs"], "src/a.rs src/lib.rs"),
        (&[b"q/src/lib.rs", b"q/target/debug/src/lib.rs", b"__MACOSX/q/src/lib.rs"], "src/lib.rs"),
    ] {
        let (taken, _) = take_these(names).unwrap();
        assert_eq!(taken.join(" "), paths, "{names:?}");
    }
    let (_, notes) = take_these(&[b"SRC/Lib.RS"]).unwrap();
    assert_eq!(notes, ["SRC/Lib.RS was taken as src/lib.rs"]);
}

#[test]
fn a_folder_whose_meaning_is_not_plain_is_refused_with_what_is_in_it() {
    for (names, says) in [
        (&[&b"a/src/lib.rs"[..], b"b/src/lib.rs"][..], "a/src/lib.rs, b/src/lib.rs"),
        (&[b"report.pdf"], "there is no src/lib.rs in it; it holds report.pdf"),
        (&[b"..\\..\\x\\src\\lib.rs"], "leads out of"),
        (&[b"q/src/lib.rs", b"q/build.rs"], "build.rs may not be in a submission"),
    ] {
        let why = take_these(names).unwrap_err();
        assert!(why.contains(says), "{names:?}: {why}");
    }
    // What is around it may be a link no more than what is in it.
    let why = take(|folder| {
        std::fs::remove_dir_all(folder.join("src")).unwrap();
        write(folder.join("q/src/lib.rs"), "// a library");
        symlink("/etc/passwd", folder.join("q/src/x.rs")).unwrap();
    });
    assert!(why.unwrap_err().contains("src/x.rs is a symbolic link"));
}

/// What is taken can be written, beside everything else that is taken. What cannot is refused, by name.
#[test]
fn what_no_system_can_write_is_refused() {
    let long = format!("src/{}.rs", "n".repeat(253));
    let deep = format!("src/{}x.rs", "d/".repeat(17));
    let path = format!("src/{}x.rs", format!("{}/", "p".repeat(200)).repeat(6));
    for (paths, part) in [
        (&["src/a.rs", "src/a.rs/b.rs"][..], "src/a.rs is a file and a folder in it"),
        (&["src/a.rs/b.rs", "src/a.rs"], "src/a.rs is a file and a folder in it"),
        (&["src/lib.rs/x.rs", "src/lib.rs"], "src/lib.rs is a file and a folder in it"),
        (&["src/a.rs/x/y.rs", "src/A.rs"], "src/a.rs is a file and a folder in it"),
        (&[&long], "more than 255 bytes, and systems refuse it: nnnn"),
        (&[&deep], "is nested more than 16 folders deep"),
        (&[&path], "has more than 1024 bytes"),
    ] {
        let mut collected = Collected::default();
        let all = paths.iter().try_for_each(|path| collected.add(path, &b"// text"[..]));
        let why = all.unwrap_err();
        assert!(matches!(&why, IntakeError::Refused(why) if why.contains(part)), "{why}");
    }
    let longest = format!("src/{}/{}.rs", "d/".repeat(14) + &"e".repeat(255), "n".repeat(252));
    let mut collected = Collected::default();
    for path in ["src/a.rs", "src/a/b.rs", "src/a/rs", &longest] {
        collected.add(path, &b"// text"[..]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    collected.finish().unwrap().write(folder.path()).unwrap();
    assert!(folder.path().join(longest).is_file());
}

/// What is at the top of a checkout, and nobody asks for, is not looked into.
#[test]
fn what_nobody_asks_for_costs_nothing() {
    let taken = take(|folder| {
        write(folder.join("docs/README.md"), "x");
        for (link, to) in
            [("README.md", "docs/README.md"), ("target", "/tmp"), ("result", "/no/where")]
        {
            symlink(to, folder.join(link)).unwrap();
        }
        write(folder.join("src/notes.txt"), "x");
        rustix::fs::mkfifoat(CWD, folder.join("pipe"), Mode::from_raw_mode(0o644)).unwrap();
    });
    assert_eq!(taken.unwrap().files.len(), 1);
}

#[test]
fn the_folder_of_the_assignments_name_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("src/lib.rs"), "// the workspace's own");
    write(folder.path().join("07-queue/src/lib.rs"), "// the answer");
    let taken = |name| from_folder(folder.path(), &rules().of_assignment(name)).unwrap();
    assert_eq!(taken("07-queue").files[0].1, b"// the answer");
    assert_eq!(taken("07-queue").notes.len(), 1);
    assert_eq!(taken("05-event").files[0].1, b"// the workspace's own");
}
