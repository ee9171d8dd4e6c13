//! What a library may not have, because it shares its process with the check that judges it.
//!
//! Three kinds of things. Spellings in which the compiler's known holes are written: they lead out of safe Rust without `unsafe`, and no lint sees
//! them. They are coarse, stop whoever copies one, and nobody who thinks. And the counters of `Arc`: an execution that is explored has steps for
//! locks, atomics and channels, and none for these, so that what is kept in them would look as if nobody could come between. And, where a check's own
//! waits with a time-out are known by their lines, what gives a wait of the submission's the line of a check.
//!
//! A hole is nothing that a student wants. What is refused says how the same is written otherwise.

use super::intake::Taken;
use super::nesting;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};

/// What tells how many owners an `Arc` has.
const COUNTERS: [&str; 2] = ["strong_count", "weak_count"];

/// What a scope for threads is called in std, and after which words a name is a new one.
const SCOPE: &str = "Scope";
const NAMING: [&str; 6] = ["struct", "enum", "union", "type", "trait", "as"];

/// What gives a call the line of who calls the function around it.
const LINE_OF_THE_CALLER: &str = "track_caller";

/// The first thing in these files that is not accepted: where, and what to write in its place. `lines_count` where it matters in whose lines threads wait.
pub fn tripped(taken: &Taken, lines_count: bool) -> Option<String> {
    nesting::with_room(|| look(taken, lines_count))
}

fn look(taken: &Taken, lines_count: bool) -> Option<String> {
    let own_scope =
        taken.files.iter().filter_map(|(_, bytes)| nesting::tokens(bytes)).any(names_a_scope);
    for (path, bytes) in &taken.files {
        // What is no text the compiler has refused or has never seen.
        if std::str::from_utf8(bytes).is_err() {
            continue;
        }
        let Some(tokens) = nesting::tokens(bytes) else {
            return Some(format!(
                "{path}: there is something in it that the grader cannot read as Rust, although the compiler may; write it otherwise, or leave the file out"
            ));
        };
        let mut look = Look { own_scope, ..Look::default() };
        match syn::parse2::<syn::File>(tokens.clone()) {
            Ok(mut file) => {
                without_tests(&mut file.items);
                look.names(file.to_token_stream(), lines_count);
                look.visit_file(&file);
            }
            // Newer than the parser, or no part of the library.
            Err(_) => {
                look.names(tokens.clone(), lines_count);
                look.tokens(tokens);
            }
        }
        if let Some((line, why)) = look.found.into_iter().min() {
            return Some(format!("{path}:{line}: {why}"));
        }
    }
    None
}

#[derive(Default)]
struct Look {
    /// The lifetimes of the items around this place.
    outer: Vec<BTreeSet<String>>,
    /// Whether `Scope` may be another than std's.
    own_scope: bool,
    found: Vec<(usize, String)>,
}

/// Takes out what is there for tests only: the grader compiles none.
fn without_tests(items: &mut Vec<syn::Item>) {
    items.retain(|item| !is_for_tests(item));
    for item in items {
        if let syn::Item::Mod(syn::ItemMod { content: Some((_, items)), .. }) = item {
            without_tests(items);
        }
    }
}

fn is_for_tests(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => return false,
    };
    let of_tests =
        |list: &syn::MetaList| list.path.is_ident("cfg") && list.tokens.to_string() == "test";
    attributes.iter().any(|it| it.meta.require_list().is_ok_and(of_tests))
}

impl Look {
    fn say(&mut self, at: Span, why: &str) {
        self.found.push((at.start().line, why.to_owned()));
    }

    /// Names cannot be put together from parts, so that whoever calls them writes them.
    fn names(&mut self, tokens: TokenStream, lines_count: bool) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    let text = name.to_string();
                    let text = text.trim_start_matches("r#");
                    if COUNTERS.contains(&text) {
                        self.say(name.span(), &format!(
                            "`{text}` is not accepted here: it reads a counter that changes at any moment, and the checks do not see it; keep a number of your own, in a `Mutex` or an atomic"
                        ));
                    }
                    if lines_count && text == LINE_OF_THE_CALLER {
                        self.say(name.span(), &format!(
                            "`{text}` is not accepted here: it makes what your functions wait for look as if the checks waited; leave it out, as it changes nothing but which line a message names"
                        ));
                    }
                }
                TokenTree::Group(group) => self.names(group.stream(), lines_count),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Rust's issue 25860: a type with two lifetimes implies a bound. A lifetime with a bound that is written cannot be forged so.
    fn signature(&mut self, signature: &syn::Signature) {
        let mut own = lifetimes_of(&signature.generics);
        for parameter in signature.generics.lifetimes().filter(|it| !it.bounds.is_empty()) {
            own.remove(&parameter.lifetime.ident.to_string());
        }
        let written = signature.generics.where_clause.iter().flat_map(|it| &it.predicates);
        for predicate in written {
            if let syn::WherePredicate::Lifetime(predicate) = predicate {
                own.remove(&predicate.lifetime.ident.to_string());
            }
        }
        let mut known: BTreeSet<String> = self.outer.iter().flatten().cloned().collect();
        known.extend(own.iter().cloned());
        known.insert("static".to_owned());
        for input in &signature.inputs {
            let mut names = Names { own_scope: self.own_scope, ..Names::default() };
            match input {
                syn::FnArg::Typed(argument) => names.visit_type(&argument.ty),
                syn::FnArg::Receiver(receiver) => names.visit_receiver(receiver),
            }
            let here: BTreeSet<&String> = names.found.intersection(&known).collect();
            if here.len() > 1 && here.iter().any(|name| own.contains(*name)) {
                self.say(
                    signature.ident.span(),
                    "the type of an argument has two lifetimes, and it is not written how they relate (see Rust's issue 25860): write it, as `<'a, 'b: 'a>`",
                );
            }
        }
    }

    /// In macros only tokens are known.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut before = String::new();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let now = match token {
                TokenTree::Ident(name) => {
                    let text = name.to_string();
                    match text.as_str() {
                        "trait" => self.say(name.span(), "a trait in a macro is not accepted here: write it outside"),
                        "if" if is_guard(&tokens[at + 1..]) => self.say(
                            name.span(),
                            "the `if` of a match arm in a macro is not accepted here: write the `match` outside",
                        ),
                        _ => {}
                    }
                    text
                }
                TokenTree::Punct(punct) => {
                    let c = punct.as_char();
                    // These two bind nothing.
                    let plain = matches!(tokens.get(at + 1), Some(TokenTree::Ident(name)) if name == "static" || name == "_");
                    if c == '\'' && !plain && !["break", "continue"].contains(&before.as_str()) {
                        self.say(
                            punct.span(),
                            "a lifetime in a macro is not accepted here: write it outside",
                        );
                    }
                    if c == '<' && before == "for" {
                        self.say(punct.span(), BINDER);
                    }
                    c.to_string()
                }
                TokenTree::Group(group) => {
                    self.tokens(group.stream());
                    String::new()
                }
                TokenTree::Literal(_) => String::new(),
            };
            before = now;
        }
    }
}

/// Whether these tokens after an `if` lead to an arrow: then it is that of a match arm.
fn is_guard(after: &[TokenTree]) -> bool {
    let is = |token: Option<&TokenTree>, c: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    let arrow = (0..after.len()).find(|&at| is(after.get(at), '=') && is(after.get(at + 1), '>'));
    arrow.is_some_and(|arrow| {
        !after[..arrow].iter().any(|token| is(Some(token), ';') || is(Some(token), ','))
    })
}

/// What is said of `for<'a>`.
const BINDER: &str = "`for<'a>` is not accepted here (see Rust's issues 25860, 84591 and 100051): leave it out, as in `Fn(&str)`";

impl<'ast> Visit<'ast> for Look {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.outer.push(lifetimes_of(&item.generics));
        visit::visit_item_impl(self, item);
        self.outer.pop();
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        for of_it in &item.items {
            if let syn::TraitItem::Type(associated) = of_it {
                self.say(
                    associated.ident.span(),
                    "a trait of your own with a type in it is not accepted here (see Rust's issues 57893, 84366 and 152607): make the type a parameter, as `trait Source<Item>`",
                );
            }
        }
        self.outer.push(lifetimes_of(&item.generics));
        visit::visit_item_trait(self, item);
        self.outer.pop();
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.signature(signature);
        visit::visit_signature(self, signature);
    }

    fn visit_bound_lifetimes(&mut self, bound: &'ast syn::BoundLifetimes) {
        self.say(bound.for_token.span, BINDER);
        visit::visit_bound_lifetimes(self, bound);
    }

    fn visit_pat_guard(&mut self, pattern: &'ast syn::PatGuard) {
        let mut acts = Acts(false);
        acts.visit_expr(&pattern.guard);
        if acts.0 {
            self.say(
                pattern.if_token.span,
                "the `if` of a match arm does something (see Rust's issue 161578): do it before the `match`, and only compare here",
            );
        }
        visit::visit_pat_guard(self, pattern);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        type Arguments = syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>;
        let definition = call.path.is_ident("macro_rules");
        match call.parse_body_with(Arguments::parse_terminated) {
            // Those of the known ones are expressions.
            Ok(arguments) if !definition => {
                arguments.iter().for_each(|argument| self.visit_expr(argument));
            }
            _ => self.tokens(call.tokens.clone()),
        }
    }
}

fn lifetimes_of(generics: &syn::Generics) -> BTreeSet<String> {
    generics.lifetimes().map(|it| it.lifetime.ident.to_string()).collect()
}

/// The lifetimes that a type names. Those of std's `Scope` are related where it is defined, and none of them can be exchanged for another.
#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
    own_scope: bool,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        self.found.insert(lifetime.ident.to_string());
    }

    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        if self.own_scope || segment.ident != SCOPE {
            visit::visit_path_segment(self, segment);
        }
    }
}

/// Whether these tokens give something the name of std's `Scope`, or may: a macro makes of its tokens what it likes.
fn names_a_scope(tokens: TokenStream) -> bool {
    let (mut before, mut earlier) = (String::new(), String::new());
    tokens.into_iter().any(|token| {
        let after = std::mem::replace(&mut before, token.to_string());
        let first = std::mem::replace(&mut earlier, after.clone());
        match token {
            // `name!(…)`, `macro_rules! name { … }`
            TokenTree::Group(group) if after == "!" || first == "!" => {
                mentions_a_scope(group.stream())
            }
            TokenTree::Group(group) => names_a_scope(group.stream()),
            TokenTree::Ident(name) => name.unraw() == SCOPE && NAMING.contains(&after.as_str()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}

fn mentions_a_scope(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_a_scope(group.stream()),
        TokenTree::Ident(name) => name.unraw() == SCOPE,
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether an expression does more than look.
struct Acts(bool);

impl<'ast> Visit<'ast> for Acts {
    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        use syn::Expr;
        match expression {
            Expr::Assign(_)
            | Expr::Block(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::Return(_)
            | Expr::Unsafe(_) => self.0 = true,
            Expr::Macro(call) if !call.mac.path.is_ident("matches") => self.0 = true,
            Expr::Closure(_) => {}
            other => visit::visit_expr(self, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        said_where(text, false)
    }

    fn said_where(text: &str, lines_count: bool) -> Option<String> {
        let files = vec![("src/lib.rs".to_owned(), text.as_bytes().to_vec())];
        tripped(&Taken { files, ..Taken::default() }, lines_count)
    }

    #[test]
    fn holes_are_refused_in_their_usual_spellings() {
        for (text, part) in [
            ("fn f<'a, 'b, T: ?Sized>(_: &'a &'b (), v: &'b T) -> &'a T { v }", "25860"),
            ("struct S<'a>(&'a u8); impl<'a> S<'a> { fn f<'b>(&self, _: &'a &'b ()) {} }", "25860"),
            ("type F = for<'a> fn(&'a u8) -> &'static u8;", "84591"),
            ("fn f<T>() where for<'a> T: Fn(&'a u8) {}", "84591"),
            ("trait T { type Out; }", "57893"),
            (
                "fn f(mut x: Option<u8>) { match x { Some(_) if { x = None; true } => {} _ => {} } }",
                "161578",
            ),
            (
                "macro_rules! m { ($($t:tt)*) => { $($t)* } } m! { trait T { type Out; } }",
                "a trait in a macro",
            ),
            ("m! { fn f<'a>(x: &'a u8) {} }", "a lifetime in a macro"),
            (
                "macro_rules! m { ($x:expr) => { match $x { Some(_) if { $x = None; true } => {} _ => {} } } }",
                "match arm in a macro",
            ),
            ("m! { x, Some(_) if { x = None; true } => {} }", "match arm in a macro"),
            ("macro_rules! m { () => { impl<'a> X for Y<'a> {} } }", "a lifetime in a macro"),
        ] {
            let why = said(text).unwrap_or_default();
            assert!(why.starts_with("src/lib.rs:1: ") && why.contains(part), "{text}: {why}");
        }
    }

    /// Whatever keeps the parser from a file would keep the tripwire from it.
    #[test]
    fn what_cannot_be_read_is_no_way_around() {
        for first in ["#!/bin/sh it's \"\n", "\u{feff}#!'\n", "#!\u{200e}[allow(a)]\n", "\n"] {
            let why = said(&format!("{first}fn f<'a, 'b>(_: &'a &'b ()) {{}}")).unwrap_or_default();
            assert!(why.starts_with("src/lib.rs:2: ") && why.contains("25860"), "{first}: {why}");
        }
        let why = said("fn f() {}\n'").unwrap_or_default();
        assert!(why.contains("cannot read as Rust"), "{why}");
        // As deep as is taken.
        let deep = format!("fn f() {{ let x = {}1; }}", "!".repeat(nesting::MOST - 20));
        assert_eq!(said(&deep), None);
    }

    #[test]
    fn counters_are_refused_wherever_they_are_named() {
        for text in [
            "use std::sync::Arc;\nfn f(a: &Arc<u8>) -> usize { Arc::strong_count(a) }",
            "\nfn f(w: &std::sync::Weak<u8>) -> usize { w.weak_count() }",
            "\nmacro_rules! m { ($t:ty) => { <$t>::strong_count } }",
            "\nfn f() { println!(\"{}\", Arc::r#strong_count(&a)) }",
        ] {
            let why = said(text).unwrap();
            assert!(why.starts_with("src/lib.rs:2: `"), "{why}");
        }
        assert_eq!(said("// strong_count\nconst S: &str = \"strong_count\";"), None);
    }

    #[test]
    fn a_wait_with_the_line_of_a_check_is_refused_where_that_counts() {
        for text in [
            "\n#[track_caller] fn f() {}",
            "\n#[cfg_attr(all(), r#track_caller)] fn f() {}",
            "\nmacro_rules! m { () => { #[track_caller] fn f() {} } }",
        ] {
            let why = said_where(text, true).unwrap();
            assert!(why.starts_with("src/lib.rs:2: `track_caller` is not accepted"), "{why}");
            assert_eq!(said_where(text, false), None);
        }
        assert_eq!(said_where("// track_caller\nconst S: &str = \"track_caller\";", true), None);
    }

    #[test]
    fn what_is_usual_is_accepted() {
        for text in [
            "fn f<'a, 'b: 'a>(x: &'a &'b str) -> &'a str { x }",
            "fn f(x: &str, y: &str) -> bool { match x { a if a == y => true, _ => false } }",
            "fn f(x: u8) -> bool { match x { a if matches!(a, 1 | 2) => true, _ => false } }",
            "struct G<'a, T>(&'a T); impl<'a, T> G<'a, T> { fn get(&self) -> &'a T { self.0 } }",
            "impl<T> Iterator for X<T> { type Item = T; fn next(&mut self) -> Option<T> { None } }",
            "fn f() { 'a: loop { println!(\"{}\", { break 'a }); } }",
            "trait Shape { fn area(&self) -> f64; }",
            "macro_rules! open { ($e:expr) => { match $e { Ok(x) => x, Err(e) => e.into_inner() } } }",
            "macro_rules! m { ($t:ident) => { impl Default for $t { fn default() -> Self { Self::new() } } } }",
            "macro_rules! m { ($x:expr) => { match $x { 1 => if a { b } else { c }, _ if2 => d } } }",
            "thread_local! { static NAME: Cell<&'static str> = const { Cell::new(\"\") }; }",
            "macro_rules! boxed { ($e:expr) => { Box::pin($e) as Pin<Box<dyn Future<Output = ()> + '_>> } }",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_there_for_tests_is_no_part_of_it() {
        let counts = "fn f() { assert_eq!(Arc::strong_count(&a), 1) }";
        for text in [
            format!("#[cfg(test)]\nmod tests {{ {counts} trait T {{ type Out; }} }}"),
            format!("mod inner {{ #[cfg(test)] {counts} }}"),
        ] {
            assert_eq!(said(&text), None, "{text}");
        }
        // What is compiled without them, or only may be.
        for text in [
            format!("#[cfg(not(test))] mod tests {{ {counts} }}"),
            format!("#[cfg(any(test, not(test)))] mod tests {{ {counts} }}"),
            format!("#[cfg_attr(test, cfg(test))] mod tests {{ {counts} }}"),
            format!("#[cfg(test)] mod tests {{}} {counts}"),
            format!("macro_rules! m {{ () => {{ #[cfg(test)] {counts} }} }}"),
        ] {
            assert!(said(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_scope_of_threads_is_related_where_it_is_defined() {
        let helper =
            "fn f<'a, 'b>(s: &'a Scope<'a, 'b>) -> ScopedJoinHandle<'a, ()> { s.spawn(|| {}) }";
        assert_eq!(said(helper), None);
        assert_eq!(said(&helper.replace("Scope<", "std::thread::Scope<")), None);
        for own in [
            "struct Scope<'a, 'b>(&'a &'b ());",
            "mod m { pub type Scope<'a, 'b> = &'a &'b (); }",
            "use m::Other as Scope;",
            "struct r#Scope<'a, 'b>(&'a &'b ());",
            "macro_rules! m { ($a:ident, $b:ident) => { use crate::$a as $b; } } m!(Other, Scope);",
            "macro_rules! m { ($a:ident) => { use crate::$a as Scope; } } m!(Other);",
        ] {
            let why = said(&format!("{own}\n{helper}")).unwrap();
            assert!(why.contains("25860"), "{why}");
        }
    }

    #[test]
    fn what_comes_with_the_assignments_is_accepted() {
        let chapters = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../chapters");
        let mut files = 0;
        for pattern in ["solution", "starter", "alternatives/*", "cheats/*"] {
            for folder in glob(&chapters, pattern) {
                let text = std::fs::read_to_string(&folder).unwrap();
                assert_eq!(said(&text), None, "{}", folder.display());
                files += 1;
            }
        }
        assert!(files >= 30, "{files}");
    }

    /// The library files of all assignments in folders that match.
    fn glob(chapters: &std::path::Path, pattern: &str) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for chapter in std::fs::read_dir(chapters).unwrap() {
            let assignment = chapter.unwrap().path().join("assignment");
            let folders = match pattern.strip_suffix("/*") {
                None => vec![assignment.join(pattern)],
                Some(folder) => std::fs::read_dir(assignment.join(folder))
                    .into_iter()
                    .flatten()
                    .map(|entry| entry.unwrap().path())
                    .collect(),
            };
            found.extend(
                folders.iter().map(|folder| folder.join("src/lib.rs")).filter(|it| it.is_file()),
            );
        }
        found
    }
}
