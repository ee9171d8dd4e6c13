use super::*;

fn add(path: PathBuf) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "x").unwrap();
}

/// What is found in a folder with these files, or at each of its entries: `name: where it is`.
fn found(files: &[&str], each: bool) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        match file.strip_suffix('/') {
            Some(empty) => std::fs::create_dir_all(folder.path().join(empty)).unwrap(),
            None => add(folder.path().join(file)),
        }
    }
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let paths = if each { inside(folder.path()).unwrap() } else { vec![folder.path().to_owned()] };
    let Found { submissions, others } = find(&assignment, &paths, None).unwrap();
    let line = |submission: Submission| {
        let within = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
        let what = match submission.source {
            Source::Folder(path) | Source::Archive(path) => within(&path),
            Source::Unclear(why) | Source::Unreadable(why) => why,
        };
        format!("{}: {what}", submission.name)
    };
    (submissions.into_iter().map(line).collect(), others)
}

#[test]
fn what_is_none_is_named() {
    let files = [
        "ada/src/lib.rs",
        "carl.tar",
        "notes.txt",
        "x.tar.xz",
        "eve.rs",
        ".git/config",
        "__MACOSX/ada/src/lib.rs",
        ".zip",
    ];
    let others = [".git", ".zip", "__MACOSX", "notes.txt"];
    for each in [false, true] {
        let (submissions, found) = found(&files, each);
        assert_eq!(submissions, ["ada: ada", "carl: carl.tar", "eve: eve.rs", "x: x.tar.xz"]);
        assert_eq!(found, others);
    }
}

#[test]
fn the_last_attempt_counts() {
    let files = [
        "smithjohn_LATE_1234_5678_queue.zip",
        "smithjohn_LATE_1234_5679_queue-2.zip",
        "smithjane_77_10_queue.zip",
        "li_wei_2024_queue.zip",
    ];
    let (submissions, others) = found(&files, false);
    let names: Vec<&str> = submissions.iter().map(|line| line.split_once(':').unwrap().0).collect();
    let expected =
        ["li_wei_2024_queue", "smithjane_77_10_queue", "smithjohn_LATE_1234_5679_queue-2"];
    assert_eq!(names, expected);
    assert_eq!(others, ["smithjohn_LATE_1234_5678_queue (an earlier attempt)"]);
}

#[test]
fn several_files_of_one_attempt_are_nobodys_to_choose_from() {
    let files = [
        "doe_99_100_lib.rs",
        "doe_99_101_util.rs",
        "Ada B_7_assignsubmission_file_a.zip",
        "Ada B_7_assignsubmission_file_b.zip",
        "Cy D_8_assignsubmission_file/src/lib.rs",
        "Cy D_8_assignsubmission_onlinetext/onlinetext.html",
        "Eve F_9_assignsubmission_onlinetext/onlinetext.html",
    ];
    let (submissions, others) = found(&files, false);
    let unclear = "it is not clear which of these is the submission";
    assert_eq!(
        submissions,
        [
            format!(
                "Ada B_7_assignsubmission_file_a: {unclear}: Ada B_7_assignsubmission_file_a, Ada B_7_assignsubmission_file_b"
            ),
            "Cy D_8_assignsubmission_file: Cy D_8_assignsubmission_file".to_owned(),
            // Who has only typed something has handed in nothing that can be graded, and hears it.
            "Eve F_9_assignsubmission_onlinetext: Eve F_9_assignsubmission_onlinetext".to_owned(),
            format!("doe_99_100_lib: {unclear}: doe_99_100_lib, doe_99_101_util"),
        ]
    );
    assert_eq!(
        others,
        [
            "Ada B_7_assignsubmission_file_b (it is not clear whether it is meant)",
            "Cy D_8_assignsubmission_onlinetext (typed, beside the files)",
            "doe_99_101_util (it is not clear whether it is meant)",
        ]
    );
    // Numbers in names that are nobody's attempts.
    for names in [
        [
            "section_1_17_submission.zip",
            "section_1_18_submission.zip",
            "section_1_19_submission.zip",
        ],
        ["hw_1_2_x/src/lib.rs", "hw_1_3_x/src/lib.rs", "hw_1_4_y/src/lib.rs"],
        ["2026_11_30_ada.zip", "2026_11_29_bob.zip", "2026_11_28_cy.zip"],
    ] {
        assert_eq!(found(&names, false).0.len(), 3, "{names:?}");
    }
}

#[test]
fn two_sections_may_have_one_name() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["a/ada/src/lib.rs", "b/ada/src/lib.rs", "b/bob/src/lib.rs"] {
        add(folder.path().join(file));
    }
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let paths = ["a", "b"].map(|section| folder.path().join(section));
    let paths: Vec<PathBuf> = paths.iter().flat_map(|section| inside(section).unwrap()).collect();
    let found = find(&assignment, &paths, None).unwrap();
    let names: Vec<&str> = found.submissions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a-ada", "b-ada", "bob"]);
}

/// What those at several paths are called.
fn called(files: &[&str], paths: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|file| add(folder.path().join(file)));
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
    let found = find(&assignment, &paths, None).unwrap();
    found.submissions.into_iter().map(|it| it.name).collect()
}

#[test]
fn nobody_ends_a_batch_by_his_name() {
    // Both sections' folders have one name, and what they would be called is taken.
    let files = ["1/sub/ada.zip", "1/sub/sub-ada.zip", "2/sub/ada.zip", "2/sub/cy.zip"];
    assert_eq!(called(&files, &["1/sub", "2/sub"]), ["1-sub-ada", "2-sub-ada", "cy", "sub-ada"]);
    let files = ["A/ada.zip", "A/B-ada.zip", "B/ada.zip", "B/cy.zip"];
    let names = called(&files, &["A", "B"]);
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names[0].ends_with("-A-ada") && names[1].ends_with("-B-ada"), "{names:?}");
    assert_eq!(names[2..], ["B-ada", "cy"]);
}

#[test]
fn a_section_of_one_is_a_section() {
    let files = ["A/ada_1_2_queue.zip", "A/bob_3_4_queue.zip", "B/zoe_88_99_queue.zip"];
    let names = ["ada_1_2_queue", "bob_3_4_queue", "zoe_88_99_queue"];
    assert_eq!(called(&files, &["A", "B"]), names);
    // Whoever has packed one himself has a folder of his own.
    assert_eq!(called(&["A/queue.zip", "B/queue.zip"], &["A", "B"]), ["A", "B"]);
}

#[test]
fn results_among_the_submissions_are_none() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path().join("ada/src/lib.rs"));
    add(folder.path().join("out/results/ada.json"));
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let (all, out) = ([folder.path().to_owned()], folder.path().join("out"));
    for paths in [&all[..], &[folder.path().join("ada"), out.clone()]] {
        let found = find(&assignment, paths, Some(&out)).unwrap();
        let names: Vec<&str> = found.submissions.iter().map(|s| s.name.as_str()).collect();
        assert_eq!((names, found.others), (vec!["ada"], vec![]));
    }
}

#[test]
fn a_tar_without_a_word_in_it_is_one_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let source = b"// a library";
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(source.len() as u64);
    tar.append_data(&mut header, "src/lib.rs", &source[..]).unwrap();
    std::fs::write(folder.path().join("Carl.TAR"), tar.into_inner().unwrap()).unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let found = find(&assignment, &[folder.path().to_owned()], None).unwrap();
    assert_eq!(found.submissions[0].name, "Carl");
    assert!(found.submissions[0].take(&assignment).unwrap().has("src/lib.rs"));
}

#[test]
fn an_empty_folder_is_a_submission_that_is_refused() {
    for each in [false, true] {
        let (submissions, _) = found(&["ada/src/lib.rs", "bob/", "cy/notes.txt"], each);
        assert_eq!(submissions[..2], ["ada: ada", "bob: the folder is empty"]);
        assert_eq!(submissions[2], "cy: cy");
    }
}

#[test]
fn a_submission_may_be_one_level_down_if_it_is_the_only_one() {
    let files = [
        "Ada_123_assignsubmission_file_/07-queue.zip",
        "Ada_123_assignsubmission_file_/.DS_Store",
        "Bob/07-queue/src/lib.rs",
        "Bob/readme.txt",
        "Cy/one.zip",
        "Cy/two/src/lib.rs",
        "Dora/src/other.rs",
        "Dora/old.zip",
    ];
    let expected = [
        "Ada_123_assignsubmission_file_: Ada_123_assignsubmission_file_/07-queue.zip",
        "Bob: Bob/07-queue",
        "Cy: there is no src/lib.rs in it, and it is not clear which of these is the submission: one.zip, two",
        "Dora: Dora",
    ];
    assert_eq!(found(&files, false).0, expected);
    // Named one by one, a folder with two in it is a folder of submissions.
    let one_by_one = found(&files[..4], true).0;
    assert_eq!(one_by_one, expected[..2]);
}

#[test]
fn a_link_one_level_down_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path().join("ada/src/lib.rs"));
    add(folder.path().join("eve.zip"));
    std::fs::create_dir(folder.path().join("bob")).unwrap();
    std::os::unix::fs::symlink("../ada", folder.path().join("bob/mine")).unwrap();
    std::os::unix::fs::symlink("../eve.zip", folder.path().join("bob/mine.zip")).unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let found = find(&assignment, &[folder.path().to_owned()], None).unwrap();
    let why = found.submissions[1].take(&assignment).unwrap_err().to_string();
    assert_eq!(why, "there is no src/lib.rs in it; it holds mine, mine.zip");
}

#[test]
fn two_of_one_name_side_by_side_are_refused_and_the_others_are_not() {
    for each in [false, true] {
        let (submissions, _) = found(&["ada/src/lib.rs", "dan/src/lib.rs", "dan.zip"], each);
        let dan = "dan: dan and dan.zip are both called dan; one has to go";
        assert_eq!(submissions, ["ada: ada", dan]);
    }
}

#[test]
fn a_program_is_found_as_a_library_is() {
    let folder = tempfile::tempdir().unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "keeper").unwrap();
    let write = |name: &str, files: &[&str]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for file in files {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*file, options).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    write("a.zip", &["q/w/src/main.rs", "q/w/src/util.rs", "q/w/Cargo.toml"]);
    write("b.zip", &["Main.rs"]);
    add(folder.path().join("c/deep/er/src/main.rs"));
    add(folder.path().join("d.rs"));
    let found = find(&assignment, &[folder.path().to_owned()], None).unwrap();
    assert_eq!(found.submissions.len(), 4);
    for submission in found.submissions {
        let taken = submission.take(&assignment).unwrap();
        assert!(taken.has("src/main.rs"), "{}: {:?}", submission.name, taken.files);
    }
}

/// Results are files of a submission's name. One that is too long for that is cut, and stays apart from its like.
#[test]
fn a_name_fits_into_a_file_name() {
    let (long, like) = (format!("字{}a", "n".repeat(245)), format!("字{}b", "n".repeat(245)));
    let files = [format!("{long}/src/lib.rs"), format!("{like}/src/lib.rs"), "b/src/lib.rs".into()];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (submissions, _) = found(&files, false);
    let names: Vec<&str> = submissions.iter().map(|line| line.split_once(':').unwrap().0).collect();
    assert_eq!((names.len(), names[0]), (3, "b"));
    assert_ne!(names[1], names[2]);
    for name in &names[1..] {
        assert!(name.len() <= 200 && name.starts_with("字nnn"), "{name}");
    }
}

/// The sources of what is found at these paths: `name: what`, where what is taken is named by its first file's content.
fn taken(paths: &[PathBuf]) -> Vec<String> {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let found = find(&assignment, paths, None).unwrap();
    let each = found.submissions.iter().map(|submission| {
        let what = match submission.take(&assignment) {
            Ok(taken) => String::from_utf8(taken.files[0].1.clone()).unwrap(),
            Err(IntakeError::Refused(why)) => format!("refused: {why}"),
            Err(IntakeError::Trouble(error)) => format!("trouble: {error}"),
        };
        format!("{}: {what}", submission.name)
    });
    each.collect()
}

/// In a folder that students write into, a link leads to another's work, or to the solution.
#[test]
fn a_link_among_submissions_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("in");
    add(folder.path().join("solution/src/lib.rs"));
    add(inside.join("ada/src/lib.rs"));
    let zip = zip::ZipWriter::new(std::fs::File::create(folder.path().join("x.zip")).unwrap());
    zip.finish().unwrap();
    for (link, to) in [
        ("bob", "../solution"),
        ("cy", "ada"),
        ("dan.zip", "../x.zip"),
        ("eve", "nowhere"),
        ("fay.zip", "nowhere"),
        ("notes.txt", "ada/src/lib.rs"),
    ] {
        std::os::unix::fs::symlink(to, inside.join(link)).unwrap();
    }
    let link = "is a symbolic link; a submission holds the files themselves";
    let expected = [
        "ada: x".to_owned(),
        format!("bob: refused: bob {link}"),
        format!("cy: refused: cy {link}"),
        format!("dan: refused: dan.zip {link}"),
        format!("eve: refused: eve {link}"),
        format!("fay: refused: fay.zip {link}"),
    ];
    assert_eq!(taken(std::slice::from_ref(&inside)), expected);
    // As a shell names them.
    let named: Vec<PathBuf> =
        std::fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(taken(&named), expected);
    // The one link that somebody names is where he keeps his submissions, or one.
    assert_eq!(taken(&[inside.join("bob")]), ["bob: x"]);
    // One that is alone in its folder is no better.
    let alone = folder.path().join("alone");
    std::fs::create_dir(&alone).unwrap();
    std::os::unix::fs::symlink("../solution", alone.join("sol")).unwrap();
    assert_eq!(taken(&[alone]), [format!("sol: refused: sol {link}")]);
}

#[test]
fn what_is_not_there_at_all_is_said_at_once() {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    for paths in [&["/no/such"][..], &["/no/such", "/tmp"]] {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        assert!(find(&assignment, &paths, None).is_err());
    }
}

/// What cannot be read is one student's trouble. (Root reads everything: a loop of links is read by nobody.)
#[test]
fn one_that_cannot_be_read_is_one() {
    let submission = |source| Submission {
        name: "ada".to_owned(),
        path: PathBuf::from("ada"),
        source,
        notes: Vec::new(),
    };
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let unread = submission(Source::Unreadable("permission denied".to_owned()));
    assert!(matches!(unread.take(&assignment), Err(IntakeError::Trouble(_))));
    let broken = unharmed(|| panic!("a library breaks down"));
    assert!(matches!(broken, Err(IntakeError::Refused(_))));
}

/// Whatever a checkout is made of, it is one student's.
#[test]
fn one_is_one_whatever_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
    let assignment = Assignment::find(&course, "tally").unwrap();
    let checkout = folder.path().join("checkout");
    add(folder.path().join("solution/src/lib.rs"));
    for file in ["README.md", "week7/src/lib.rs", "notes/a.md", ".git/config"] {
        add(checkout.join(file));
    }
    let one = |path: &Path| {
        let found = only(path).unwrap();
        let [submission] = &found.submissions[..] else { panic!("{found:?}") };
        submission.take(&assignment).map_err(|error| error.to_string())
    };
    assert!(one(&checkout).unwrap().has("src/lib.rs"));
    std::os::unix::fs::symlink("../solution", checkout.join("sol")).unwrap();
    assert!(one(&checkout).unwrap().has("src/lib.rs"));
    add(checkout.join("week8/src/lib.rs"));
    assert!(one(&checkout).unwrap_err().contains("it is not clear which"));
    assert!(only(&folder.path().join("none")).is_err());
}
