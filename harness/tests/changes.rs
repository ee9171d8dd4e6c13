//! Each change is one: what the reader begins with fails, as its page says, and the solution passes, but not if one of its functions does nothing. All of them
//! are compiled together.

use harness::explore::{Search, compile};
use harness::student::change::{Change, checking, target};
use protocol::Status;
use quote::ToTokens;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use syn::visit_mut::VisitMut;

/// How each starter fails. Those of chapter 0 are judged by their own chapter, for most of them do not compile.
const FAULTS: &[(&str, &str, &str)] = &[
    ("02-threads", "panics", "attempt to divide by zero"),
    ("02-threads", "workers", "deadlock"),
    ("03-locks", "list-race", "the two numbers that were read"),
    ("03-locks", "mutex", "attempt to subtract with overflow"),
    ("03-locks", "ordering", "the price that came with the flag"),
    ("03-locks", "rwlock", "deadlock"),
    ("03-locks", "ten-threads", "deadlock"),
    ("04-rlock", "condvar", "attempt to subtract with overflow"),
    ("04-rlock", "lock-twice", "deadlock"),
    ("04-rlock", "rlock", "deadlock"),
    ("05-event", "methods", "one of the two was the first"),
    ("05-event", "set-clear", "deadlock"),
    ("05-event", "ten-waiters", "deadlock"),
    ("06-condition", "consumers-first", "deadlock"),
    ("06-condition", "notify-n", "deadlock"),
    ("06-condition", "producer-first", "deadlock"),
    ("06-condition", "relatives", "deadlock"),
    ("06-condition", "two-conditions", "deadlock"),
    ("07-queue", "methods", "deadlock"),
    ("07-queue", "shutdown", "two items, and then the end"),
    ("07-queue", "task-done", "tasks that are done when"),
    ("07-queue", "twelve-and-ten", "deadlock"),
];

/// How what is mended halfway fails: `halfway.rs`, a change that tempts.
const HALFWAY: &[(&str, &str, &str)] = &[
    ("03-locks", "ordering", "the price that came with the flag"),
    ("03-locks", "rwlock", "what the two have got"),
    ("03-locks", "ten-threads", "somebody else is served at this till"),
    ("04-rlock", "lock-twice", "in the middle of 2 and 3"),
    ("04-rlock", "rlock", "in the middle of a transfer"),
    ("05-event", "set-clear", "both have come"),
    ("06-condition", "consumers-first", "each answered once"),
    ("06-condition", "producer-first", "deadlock"),
    ("07-queue", "methods", "deadlock"),
    ("07-queue", "twelve-and-ten", "the sum of 1, 2 and 3"),
];

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// A check with a name that no other one has: `03-locks__mutex__starter/the_last_ticket_is_sold_once`.
fn named(change: &Change, which: &str) -> PathBuf {
    // The same folder each time, so that what is compiled is found again.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changes");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{}__{}__{which}.rs", change.chapter(), change.name()));
    fs::copy(change.file("check.rs"), &file).unwrap();
    file
}

/// The file without what one of its functions does, for each of them; but for those that make the object.
fn without_one(source: &Path) -> Vec<(String, String)> {
    let file = syn::parse_file(&fs::read_to_string(source).unwrap()).unwrap();
    let mut all = Vec::new();
    let mut number = 0;
    loop {
        let mut without = Without { at: number, name: None, met: 0 };
        let mut file = file.clone();
        without.visit_file_mut(&mut file);
        let Some(name) = without.name else { return all };
        number += 1;
        if name != "new" {
            all.push((name, file.to_token_stream().to_string()));
        }
    }
}

/// Takes the body out of one public function.
struct Without {
    at: usize,
    name: Option<String>,
    met: usize,
}

impl Without {
    fn function(&mut self, seen: &syn::Visibility, is: &syn::Signature, body: &mut syn::Block) {
        if !matches!(seen, syn::Visibility::Public(_)) {
            return;
        }
        if self.met == self.at {
            self.name = Some(is.ident.to_string());
            *body = syn::parse_quote!({ Default::default() });
        }
        self.met += 1;
    }
}

impl VisitMut for Without {
    fn visit_item_fn_mut(&mut self, it: &mut syn::ItemFn) {
        self.function(&it.vis, &it.sig, &mut it.block);
    }

    fn visit_impl_item_fn_mut(&mut self, it: &mut syn::ImplItemFn) {
        self.function(&it.vis, &it.sig, &mut it.block);
    }
}

#[test]
fn every_starter_fails_and_every_solution_passes() {
    let mut changes = Change::all(workspace()).unwrap();
    changes.retain(|change| change.chapter() != "00-rust");
    let names: Vec<_> = changes.iter().map(|c| (c.chapter(), c.name().to_owned())).collect();
    let wanted: Vec<_> =
        FAULTS.iter().map(|(c, name, _)| (c.to_string(), name.to_string())).collect();
    assert_eq!(names, wanted);

    let idle = changes.iter().flat_map(|change| {
        without_one(&change.file("solution").with_extension("rs")).into_iter().map(
            |(name, text)| {
                let source = named(change, &format!("idle_{name}")).with_extension("idle");
                fs::write(&source, text).unwrap();
                checking(&named(change, &format!("idle_{name}")), &source).unwrap()
            },
        )
    });
    let files = changes.iter().flat_map(|change| {
        ["starter", "solution", "halfway"].into_iter().filter_map(|which| {
            let source = change.file(which).with_extension("rs");
            source.is_file().then(|| checking(&named(change, which), &source).unwrap())
        })
    });
    let target = target(workspace(), files.chain(idle).collect());
    let scenarios = target.chosen(&[]).unwrap();
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    let mut outcomes = Vec::new();
    let search = Search::default();
    driver.explore(&scenarios, &search, &|_| (), &mut |outcome| outcomes.push(outcome)).unwrap();

    let of = |chapter: &str, name: &str, which: &str| {
        let prefix = format!("{chapter}__{name}__{which}/");
        outcomes.iter().filter(move |outcome| outcome.name.starts_with(&prefix))
    };
    let mut wrong = Vec::new();
    for (chapter, name, _) in FAULTS {
        let solution: Vec<_> = of(chapter, name, "solution").collect();
        assert!(!solution.is_empty(), "{chapter} {name}: nothing was explored");
        for outcome in solution.iter().filter(|outcome| outcome.status != Status::Proved) {
            wrong.push(format!("{}: {}", outcome.name, outcome.verdict()));
        }
    }
    for (chapter, name, _) in FAULTS {
        let mut idle: BTreeMap<String, bool> = BTreeMap::new();
        let prefix = format!("{chapter}__{name}__idle_");
        for outcome in outcomes.iter().filter(|outcome| outcome.name.starts_with(&prefix)) {
            let which = outcome.name.split('/').next().unwrap().to_owned();
            *idle.entry(which).or_default() |= outcome.status != Status::Proved;
        }
        assert!(!idle.is_empty(), "{chapter} {name}: no function was left out");
        let missed = idle.into_iter().filter(|(_, noticed)| !noticed);
        wrong.extend(missed.map(|(which, _)| format!("{which}: nobody notices")));
    }
    let starters = FAULTS.iter().map(|fault| ("starter", fault));
    for (which, (chapter, name, fault)) in starters.chain(HALFWAY.iter().map(|f| ("halfway", f))) {
        let fails = of(chapter, name, which).find(|outcome| outcome.status == Status::Failed);
        let told = fails.map(|outcome| outcome.run_or_verdict().to_json()).unwrap_or_default();
        if !told.contains(fault) {
            wrong.push(format!("{chapter} {name}: {which} does not fail by {fault}: {told}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_verb_lists_changes_and_refuses_what_is_none() {
    let harness = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .arg("change")
            .args(arguments)
            .output()
            .expect("the harness starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("the harness prints text"))
    };
    let (code, text) = harness(&["locks"]);
    assert!(code == Some(0) && text.contains("change 03-locks mutex\n"), "{text}");
    assert!(!text.contains("05-event"), "{text}");
    let (code, text) = harness(&["03-locks", "no-such-change"]);
    assert!(code == Some(2) && text.contains("there is no change no-such-change"), "{text}");
    assert_eq!(harness(&["13"]).0, Some(2));
}
