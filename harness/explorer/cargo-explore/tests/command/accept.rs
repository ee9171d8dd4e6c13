//! Known data races of others are accepted by name, and hide nothing of one's own.

use crate::crates::Crates;

const ITS: &str = "data race in bare src/lib.rs";

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn a_race_of_another_crate_is_accepted_by_name_and_one_of_its_own_is_not() {
    let crates = Crates::new();
    let manifest = crates.path().join("relies/Cargo.toml");
    let before = std::fs::read_to_string(&manifest).unwrap();
    let accepts = |what: &str| {
        let text = format!("{before}\n[package.metadata.explore]\naccept = [{what:?}]\n");
        std::fs::write(&manifest, text).unwrap();
    };
    let fails = ["both_use_it  failed: data race: ", "4 tests: 4 failed"];
    crates.explore("relies", &["--offline"]).says(1, &fails);
    for release in [false, true] {
        accepts(ITS);
        let more: &[&str] = if release { &["--release"] } else { &[] };
        let seen = crates.explore("relies", &[&["--offline"], more].concat());
        seen.says(
            1,
            &[
                "both_use_it  proved for one order of accepted data races: ",
                &format!("; accepted: {ITS}"),
                "a_race_of_its_own_comes_after_it  failed: data race: ",
                "a_closure_of_its_own_is_its_own  failed: data race: ",
                "what_goes_wrong_otherwise_is_found  failed: main panics at src/lib.rs:",
                "4 tests: 1 proved; 3 failed",
            ],
        );
        // The race that is shown is the crate's own.
        let own =
            seen.stdout.lines().find(|line| line.contains("a_race_of_its_own_comes")).unwrap();
        assert!(!own.split("; accepted").next().unwrap().contains("bare"), "{own}");
    }
    let json = crates.explore("relies", &["--offline", "--message-format", "json", "both_use_it"]);
    assert_eq!(json.events("test")[0]["accepted"][0], ITS);
    // What is shown again accepts the same.
    let seen = crates.explore("relies", &["--offline", "what_goes_wrong"]);
    let again = seen.stdout.lines().find_map(|line| line.strip_prefix("again: cargo explore "));
    let again: Vec<&str> = again.unwrap().split(' ').map(|word| word.trim_matches('\'')).collect();
    crates
        .explore("relies", &again)
        .says(1, &["what_goes_wrong_otherwise_is_found  failed: main panics"]);
    for (what, why) in [
        ("deadlock in bare", "what can be accepted is `data race in PACKAGE`"),
        ("data race in relies", "it is a crate of this workspace, whose races are to be mended"),
        ("data race in nobody", "no crate is called so among those"),
        ("data race in bare@7", "it is there in another version: 0."),
        ("data race in bare src/none.rs", "there is no src/none.rs in "),
    ] {
        accepts(what);
        crates.explore("relies", &["--offline", "both_use_it"]).says(2, &[why]);
    }
    // A comment says it of a test, and what does not occur is told.
    std::fs::write(&manifest, &before).unwrap();
    let source = crates.path().join("relies/src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    let above = |comment: &str| {
        let text = text.replace(
            "#[test]\n    fn both_use_it",
            &format!("// {comment}\n    #[test]\n    fn both_use_it"),
        );
        std::fs::write(&source, text).unwrap();
    };
    above("Accepted: data race in bare");
    crates.explore("relies", &["--offline", "both_use_it"]).says(
        0,
        &[
            "both_use_it  proved for one order of accepted data races",
            "; accepted: data race in bare",
        ],
    );
    let text = std::fs::read_to_string(&source).unwrap().replace("bare.add();", "drop(&bare);");
    std::fs::write(&source, text.replace("both_use_it", "nobody_uses_it")).unwrap();
    crates
        .explore("relies", &["--offline"])
        .says(1, &["note: accepted, and did not occur in these tests: data race in bare"]);
}
