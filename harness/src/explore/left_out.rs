//! Which functions of a file are scenarios, and what looks like one and is none: each of these with the reason, for nothing is left out in silence.

use super::function::{Scenario, doc_line, of_function};
use syn::{Attribute, Item, ItemFn, ItemMod, Meta, Safety, Visibility};

/// A function that somebody may take for a scenario, and that is not explored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path in the file.
    pub name: String,
    /// Why.
    pub why: String,
}

/// What is found in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub scenarios: Vec<Scenario>,
    pub left_out: Vec<LeftOut>,
}

/// Where a function stands.
#[derive(Debug, Clone, Default)]
struct Place {
    /// The modules around it, each with `::` behind it.
    path: String,
    /// How many there are.
    depth: usize,
    /// What keeps the file from naming what is in there.
    hidden: Option<&'static str>,
}

/// The scenarios among these items and in the modules that are written out among them. In a file with tests only those are scenarios.
pub(super) fn find(items: &[Item]) -> Found {
    let is_test = |item: &Item| matches!(item, Item::Fn(function) if is_test(&function.attrs));
    let tests = items.iter().any(is_test);
    let mut found = Found::default();
    walk(items, tests, &Place::default(), &mut found);
    found
}

fn walk(items: &[Item], tests: bool, place: &Place, found: &mut Found) {
    for item in items {
        match item {
            Item::Fn(function) => {
                let name = format!("{}{}", place.path, function.sig.ident);
                match judge(function, tests, place) {
                    Judged::Scenario(scenario) => {
                        found.scenarios.push(Scenario { name, ..scenario });
                    }
                    Judged::LeftOut(why) => found.left_out.push(LeftOut { name, why }),
                    Judged::Helper => {}
                }
            }
            Item::Mod(module) => {
                let Some((_, items)) = &module.content else { continue };
                walk(items, tests, &inside(module, place), found);
            }
            _ => {}
        }
    }
}

/// What is written in a module, seen from the file.
fn inside(module: &ItemMod, place: &Place) -> Place {
    let here = match () {
        () if has(&module.attrs, "cfg") => Some("its module is compiled only under a `#[cfg]`"),
        () if !is_visible(&module.vis, place.depth) => Some("its module is private to another"),
        () => None,
    };
    Place {
        path: format!("{}{}::", place.path, module.ident),
        depth: place.depth + 1,
        hidden: place.hidden.or(here),
    }
}

enum Judged {
    Scenario(Scenario),
    LeftOut(String),
    /// Nothing says that it is to be explored.
    Helper,
}

fn judge(function: &ItemFn, tests: bool, place: &Place) -> Judged {
    let ItemFn { attrs, vis, sig, .. } = function;
    let test = is_test(attrs);
    let scenario = of_function(function);
    let asks = attrs.iter().filter_map(doc_line).any(|line| asks(&line));
    let left_out = |why: &str| match test || asks {
        true => Judged::LeftOut(why.to_owned()),
        false => Judged::Helper,
    };
    if test && place.depth > 0 {
        return left_out("it is a test in a module; `cargo explore`, in its crate, explores it");
    }
    if test && has(attrs, "ignore") {
        return left_out("it is ignored");
    }
    if test && has(attrs, "should_panic") {
        return left_out("it should panic; `cargo explore`, in its crate, explores it");
    }
    if tests && !test {
        return left_out("its file has tests, and then those alone are explored");
    }
    match scenario {
        Some(_) if has(attrs, "cfg") => {
            Judged::LeftOut("it is compiled only under a `#[cfg]`".to_owned())
        }
        Some(scenario) => match place.hidden {
            Some(why) => left_out(why),
            None if is_visible(vis, place.depth) => Judged::Scenario(scenario),
            None => left_out("it is private to its module; with `pub` before `fn` it is explored"),
        },
        None if sig.asyncness.is_some() => {
            left_out("it is `async`; a function that blocks on it can be explored")
        }
        None if matches!(sig.safety, Safety::Unsafe(_)) => {
            left_out("it is `unsafe`, and nobody promises what it wants promised")
        }
        None if !sig.inputs.is_empty() || !sig.generics.params.is_empty() => {
            left_out("it takes arguments; a function that calls it with some can be explored")
        }
        None => left_out("it returns neither nothing, nor a `Result`, nor an `ExitCode`"),
    }
}

/// Whether the file's own code may name what is so visible, within so many modules.
fn is_visible(visible: &Visibility, depth: usize) -> bool {
    match visible {
        _ if depth == 0 => true,
        Visibility::Public(_) => true,
        Visibility::Restricted(within) => {
            within.path.is_ident("crate") || depth == 1 && within.path.is_ident("super")
        }
        Visibility::Inherited => false,
    }
}

/// Whether a line of documentation says something that only a scenario's says.
fn asks(line: &str) -> bool {
    let line = line.trim_start();
    ["Must fail", "Time-outs fire at any moment", "Memory must not leak"]
        .iter()
        .any(|words| line.starts_with(words))
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// `#[test]`, or the like of `#[tokio::test]`.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| last.ident == "test")
            && !matches!(&attribute.meta, Meta::NameValue(_))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> (Vec<String>, Vec<(String, String)>) {
        let found = find(&syn::parse_file(source).unwrap().items);
        let left_out = found.left_out.into_iter().map(|left| (left.name, left.why)).collect();
        (found.scenarios.into_iter().map(|scenario| scenario.name).collect(), left_out)
    }

    #[test]
    fn functions_in_modules_are_scenarios_where_the_file_can_name_them() {
        let source = "pub fn top() {}\nmod a {\n pub fn open() {}\n pub(super) fn half() {}\n pub(crate) fn wide() {}\n
             fn helper() {}\n /// Must fail: a deadlock.\n fn shy() {}\n impl A { pub fn method() {} }\n
             pub mod b { pub fn deep() {} /// Must fail\n pub(super) fn not_from_there() {} }\n
             mod c { /// Must fail\n pub fn behind() {} pub fn quiet() {} } }";
        let (scenarios, left_out) = found(source);
        assert_eq!(scenarios, ["top", "a::open", "a::half", "a::wide", "a::b::deep"]);
        let left: Vec<&str> = left_out.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left, ["a::shy", "a::b::not_from_there", "a::c::behind"]);
        assert!(left_out[0].1.contains("with `pub` before `fn`"), "{left_out:?}");
        assert!(left_out[2].1.contains("its module is private"), "{left_out:?}");
    }

    #[test]
    fn what_looks_like_a_scenario_and_is_none_says_why() {
        for (source, why) in [
            ("#[cfg(test)] fn a() {}", "#[cfg]"),
            ("/// Must fail\nasync fn a() {}", "blocks on it"),
            ("/// Must fail\nunsafe fn a() {}", "`unsafe`"),
            ("/// Must fail\nfn a(n: u32) {}", "arguments"),
            ("/// Time-outs fire at any moment\nfn a<T>() {}", "arguments"),
            ("/// Memory must not leak.\nfn a() -> u32 { 7 }", "returns"),
            ("#[test] #[ignore] fn a() {}", "ignored"),
            ("#[test] #[should_panic] fn a() {}", "should panic; `cargo explore`"),
            ("#[cfg(test)] mod tests { #[test] fn a() {} }", "a test in a module"),
            ("#[cfg(unix)] mod m { /// Must fail\npub fn a() {} }", "module is compiled only"),
            ("#[test] fn b() {} /// Must fail\nfn a() {}", "those alone"),
            ("mod tests { #[tokio::test] async fn a() {} }", "a test in a module"),
        ] {
            let (_, left_out) = found(source);
            let [(name, told)] = &left_out[..] else { panic!("{source}: {left_out:?}") };
            assert!(name.ends_with('a') && told.contains(why), "{source}: {told}");
        }
        let helpers = "async fn a() {} unsafe fn b() {} fn c(n: u32) {} fn d() -> u32 { 7 } mod m { fn e() {} }";
        assert_eq!(found(helpers), (vec![], vec![]));
    }
}
