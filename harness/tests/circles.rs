//! Files that need each other: a newcomer who wants to read one of them has to read all. Each circle that remains stands in [`KNOWN`], with the reason.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The package, the files of the circle as modules of it, and why they stay.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "ch02-threads",
        "current main_scope record registry",
        "a thread's record and the list of all records",
    ),
    (
        "ch08-multiprocessing",
        "child children",
        "a child that was waited for leaves the list of children",
    ),
    ("ch09-shared-data", "manager::map manager::object", "a kind of object and what every kind is"),
    (
        "ch10-pool",
        "builder imap mapping pool",
        "the builder makes the pool, whose methods take its settings",
    ),
    (
        "ch10-pool",
        "pipeline::database pipeline::mysql pipeline::sqlite",
        "a database is one of two, and both report in its words",
    ),
    ("ch12-coroutines", "greenlet::core greenlet::switch", "two halves of one switch"),
    (
        "ch12-coroutines",
        "hub::reactor hub::scheduler hub::task hub::timers hub::wait",
        "the hub: whoever waits is woken by the scheduler, which runs whoever waits",
    ),
    (
        "harness",
        "course::wrong grading::assignment student::copy",
        "an assignment has wrong solutions, which are written out as copies of it",
    ),
    ("explore-trace", "chinese words", "one table of words in two languages"),
    ("explore-engine", "machine", "the machine, until it is taken apart by object"),
    (
        "explore-engine",
        "thread::scope thread::spawn",
        "a scope spawns, and a spawned thread leaves its scope",
    ),
    (
        "explore-engine",
        "search::names search::wakeup",
        "a tree of wake-ups speaks of places by their names",
    ),
];

type Module = Vec<String>;
type Tokens = std::iter::Peekable<proc_macro2::token_stream::IntoIter>;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// The files of a package's own sources: each one's module, and its text.
fn modules(sources: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![sources.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let below = path.strip_prefix(sources).unwrap().with_extension("");
            let mut module: Module =
                below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            // Whoever is at the top may name everything below.
            if module.is_empty() || module == ["lib"] || module == ["main"] {
                continue;
            }
            found.insert(module, std::fs::read_to_string(&path).unwrap());
        }
    }
    found
}

/// The paths that follow here, from `before` on: `b::C`, or in braces `{b::C, d}`.
fn paths(tokens: &mut Tokens, before: Module, found: &mut Vec<Module>) {
    let mut path = before;
    loop {
        match tokens.peek() {
            Some(TokenTree::Ident(ident)) => {
                match ident.to_string().as_str() {
                    "super" => _ = path.pop(),
                    word => path.push(word.to_owned()),
                }
                tokens.next();
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let mut inside = group.stream().into_iter().peekable();
                tokens.next();
                while inside.peek().is_some() {
                    paths(&mut inside, path.clone(), found);
                    // Up to the next comma: `as Name`, and the comma itself.
                    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                    while inside.next().is_some_and(|token| !is_comma(&token)) {}
                }
                return;
            }
            _ => break,
        }
        let mut colons = 0;
        while tokens
            .next_if(|next| matches!(next, TokenTree::Punct(p) if p.as_char() == ':'))
            .is_some()
        {
            colons += 1;
        }
        if colons != 2 {
            break;
        }
    }
    found.push(path);
}

/// The paths from the top or from above in `stream`, the module `of`; those of its tests do not count.
fn all_paths(of: &Module, stream: TokenStream, found: &mut Vec<Module>) {
    let mut tokens = stream.into_iter().peekable();
    let mut before = String::new();
    while let Some(token) = tokens.peek() {
        let word = token.to_string();
        match token {
            TokenTree::Ident(ident) if ident == "crate" && before != "(" => {
                tokens.next();
                let is_path =
                    |next: &TokenTree| matches!(next, TokenTree::Punct(p) if p.as_char() == ':');
                if tokens.next_if(is_path).is_some() && tokens.next_if(is_path).is_some() {
                    paths(&mut tokens, Module::new(), found);
                }
            }
            TokenTree::Ident(ident) if ident == "super" => paths(&mut tokens, of.clone(), found),
            TokenTree::Group(group) => {
                if before != "tests" {
                    all_paths(of, group.stream(), found);
                }
                tokens.next();
            }
            _ => _ = tokens.next(),
        }
        before = word;
    }
}

/// The other files that `text`, the module `of`, names by a path from the top or from above.
fn named(of: &Module, text: &str, all: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut found = Vec::new();
    all_paths(of, text.parse().unwrap(), &mut found);
    let files = found.into_iter().filter_map(|mut path| {
        while !path.is_empty() && !all.contains_key(&path) {
            path.pop();
        }
        // A module and what lies within it are one thing.
        (!path.is_empty() && !of.starts_with(&path) && !path.starts_with(of)).then_some(path)
    });
    files.collect()
}

/// All that can be reached from `from`, by one arrow at least.
fn reached<'a>(
    from: &Module,
    arrows: &'a BTreeMap<Module, BTreeSet<Module>>,
) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&Module> = arrows[from].iter().collect();
    while let Some(module) = left.pop() {
        if reached.insert(module) {
            left.extend(&arrows[module]);
        }
    }
    reached
}

/// The circles of a package, each as its modules in their order.
fn circles(all: &BTreeMap<Module, String>) -> BTreeSet<Vec<String>> {
    let arrows: BTreeMap<Module, BTreeSet<Module>> =
        all.iter().map(|(module, text)| (module.clone(), named(module, text, all))).collect();
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        arrows.keys().map(|module| (module, reached(module, &arrows))).collect();
    arrows
        .keys()
        .filter(|module| reach[module].contains(module))
        .map(|module| {
            let others = reach[module].iter().filter(|other| reach[*other].contains(module));
            others.map(|other| other.join("::")).collect()
        })
        .collect()
}

#[test]
fn files_that_need_each_other_are_known() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .unwrap();
    let (mut unknown, mut met) = (Vec::new(), BTreeSet::new());
    for package in &metadata.packages {
        let sources = package.manifest_path.parent().unwrap().join("src");
        if !sources.exists() {
            continue;
        }
        for circle in circles(&modules(sources.as_std_path())) {
            // The machine is one circle whose members come and go; threads run on it, and it looks at their panics and thread-locals.
            let beside = ["panic", "thread", "thread::local"];
            let is_machine = package.name.as_str() == "explore-engine"
                && circle.iter().all(|module| {
                    module.starts_with("machine::") || beside.contains(&module.as_str())
                });
            let text = if is_machine { "machine".to_owned() } else { circle.join(" ") };
            let known = KNOWN
                .iter()
                .position(|&(name, modules, _)| name == package.name.as_str() && modules == text);
            match known {
                Some(index) => _ = met.insert(index),
                None => unknown.push(format!("{}: {}", package.name, circle.join(" "))),
            }
        }
    }
    assert!(unknown.is_empty(), "these need each other:\n{}", unknown.join("\n"));
    let gone: Vec<_> = (0..KNOWN.len()).filter(|index| !met.contains(index)).collect();
    let gone: Vec<_> = gone.into_iter().map(|index| KNOWN[index]).collect();
    assert!(gone.is_empty(), "no circle any more, so no word about it: {gone:?}");
}

#[test]
fn a_circle_is_seen_and_a_line_is_none() {
    let file = |name: &str, text: &str| (vec![name.to_owned()], text.to_owned());
    let line =
        BTreeMap::from([file("a", "use crate::b::B;"), file("b", "use super::c;"), file("c", "")]);
    assert!(circles(&line).is_empty());
    let circle = BTreeMap::from([
        file("a", "use crate::{b::B};"),
        file("b", "use super::c;"),
        file("c", "crate::a::f()"),
    ]);
    let named: Vec<_> = circles(&circle).into_iter().map(|modules| modules.join(" ")).collect();
    assert_eq!(named, ["a b c"]);
}
