//! Whether a library has the functions and types that its checks call.
//!
//! Checks compare what a function returns with `==`, and ask it `is_ok()`. Whatever a submission makes it return answers that as it likes. So
//! the types are pinned before any check is compiled: from the starter comes code that compiles only over a library whose public functions
//! have the starter's types. What is wrong with it is said in the starter's words and in the submission's, and quotes nothing of the checks.

use super::compile::messages::Error;
use super::intake::Taken;
use super::nesting;
use super::source::identifiers;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::{FnArg, GenericParam, ImplItem, Item, Signature, Visibility};

/// What the starter promises, as code that holds a library to it.
#[derive(Debug, Clone, Default)]
pub struct Signatures {
    lines: Vec<Line>,
}

/// A line of the code.
#[derive(Debug, Clone)]
struct Line {
    about: About,
    code: String,
    /// Every identifier in it.
    mentions: BTreeSet<String>,
}

/// The lines, from 1, that a library does not compile with, and what rustc says there.
pub type Blamed = BTreeMap<usize, Error>;

/// What a line of the code is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct About {
    /// The type, if it is one's function, or is about the type itself.
    owner: String,
    /// The function; the trait, if it is about that a type has one.
    name: String,
    /// As the starter has it.
    expected: String,
}

/// A function or a type that the library has otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The identifiers by which a check would use it.
    pub names: BTreeSet<String>,
    /// What is said of it.
    pub message: String,
}

impl Signatures {
    /// What the starter, the text of a `src/lib.rs`, promises.
    ///
    /// # Errors
    ///
    /// When it is no Rust.
    pub fn of(starter: &str) -> syn::Result<Signatures> {
        let file = syn::parse_file(starter)?;
        let mut signatures = Signatures::default();
        signatures.line(About::default(), quote!(#![allow(warnings)]));
        for (number, item) in file.items.iter().enumerate() {
            signatures.item(number, item);
        }
        Ok(signatures)
    }

    fn line(&mut self, about: About, code: TokenStream) {
        // Line feeds would count.
        let text = code.to_string().replace('\n', " ");
        let mut mentions = BTreeSet::new();
        identifiers(code, &mut mentions);
        self.lines.push(Line { about, code: text, mentions });
    }

    /// Whether it promises nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Compiles only over a library with the starter's types; without the lines that are blamed already.
    pub fn code(&self, without: &Blamed) -> String {
        let lines =
            (1..).zip(&self.lines).map(|(number, line)| match without.contains_key(&number) {
                true => "\n".to_owned(),
                false => format!("{}\n", line.code),
            });
        lines.collect()
    }

    /// Adds the lines that these errors are about, and those that name a type that is not there. Whether all errors are about a line that was not
    /// blamed yet.
    pub fn blame(&self, errors: &[Error], blamed: &mut Blamed) -> bool {
        for error in errors {
            let line = error.line.checked_sub(1).and_then(|line| self.lines.get(line));
            let Some(line) = line.filter(|line| line.about != About::default()) else {
                return false;
            };
            if error.file != "signatures.rs" || blamed.contains_key(&error.line) {
                return false;
            }
            blamed.insert(error.line, error.clone());
            if error.code != "E0432" {
                continue;
            }
            // Rustc looks at no types as long as a name is missing.
            for (number, other) in (1..).zip(&self.lines) {
                if other.mentions.contains(&line.about.owner) {
                    blamed.entry(number).or_insert_with(|| Error {
                        label: String::new(),
                        code: String::new(),
                        ..error.clone()
                    });
                }
            }
        }
        true
    }

    fn item(&mut self, number: usize, item: &Item) {
        match item {
            // The starter's own words for std's types. A glob of the submission's would let it put others in their place.
            Item::Use(item) if of_std(item) => {
                let tree = &item.tree;
                self.line(About::default(), quote!(use #tree;));
            }
            Item::Struct(item) if public(&item.vis) => {
                self.used(&item.ident, item.generics.params.is_empty(), &item.attrs);
            }
            Item::Enum(item) if public(&item.vis) => {
                self.used(&item.ident, item.generics.params.is_empty(), &item.attrs);
                if item.generics.params.is_empty() {
                    self.variants(item);
                }
            }
            Item::Fn(item) if public(&item.vis) => {
                let (mut head, names) = plain(&item.sig);
                let name = head.ident.clone();
                let wait = head.asyncness.as_ref().map(|_| quote!(.await));
                head.ident = format_ident!("type_{name}");
                let about = About {
                    owner: String::new(),
                    name: name.to_string(),
                    expected: words(&item.sig),
                };
                self.line(about, quote!(#head { student::#name(#(#names),*) #wait }));
            }
            Item::Impl(item) if item.trait_.is_none() => self.methods(number, item),
            Item::Impl(item) => self.default_of(item),
            _ => {}
        }
    }

    /// That there is such a type, with the traits that the starter derives for it.
    fn used(&mut self, ident: &syn::Ident, plain: bool, attributes: &[syn::Attribute]) {
        let owner = ident.to_string();
        let about = |name: &str, expected: String| About {
            owner: owner.clone(),
            name: name.to_owned(),
            expected,
        };
        self.line(about("", format!("pub {ident}")), quote!(use student::#ident;));
        for name in derived(attributes).into_iter().filter(|_| plain) {
            let path: syn::Path = match name.as_str() {
                "Debug" => syn::parse_quote!(::std::fmt::Debug),
                "Clone" | "Copy" | "PartialEq" | "Eq" | "PartialOrd" | "Ord" | "Default" => {
                    let name = format_ident!("{name}");
                    syn::parse_quote!(#name)
                }
                _ => continue,
            };
            let code =
                quote!(const _: () = { fn has<T: #path>() {} fn check() { has::<#ident>() } };);
            self.line(about(&name, format!("#[derive({name})]")), code);
        }
    }

    /// That an enum has these variants and no others, and that it is compared as the compiler compares it.
    fn variants(&mut self, item: &syn::ItemEnum) {
        let name = &item.ident;
        let arms = item.variants.iter().map(|variant| {
            let ident = &variant.ident;
            let types = variant.fields.iter().map(|field| &field.ty);
            let fields: Vec<_> = (0..variant.fields.len()).map(|i| format_ident!("f{i}")).collect();
            match &variant.fields {
                syn::Fields::Unit => quote!(#name::#ident => {}),
                syn::Fields::Unnamed(_) => {
                    quote!(#name::#ident(#(#fields),*) => { #(let _: &#types = #fields;)* })
                }
                syn::Fields::Named(named) => {
                    let names = named.named.iter().map(|field| &field.ident);
                    quote!(#name::#ident { #(#names: #fields),* } => { #(let _: &#types = #fields;)* })
                }
            }
        });
        let variants = item.variants.iter().map(|variant| variant.ident.to_string());
        let about =
            |expected: String| About { owner: name.to_string(), name: String::new(), expected };
        let all = variants.collect::<Vec<_>>().join(", ");
        let code = quote!(fn variants(it: &#name) { match it { #(#arms)* } });
        self.line(about(format!("pub enum {name} {{ {all} }}")), quote!(const _: () = { #code };));
        // Only a value of a type whose `PartialEq` is derived may stand in a pattern.
        let unit = item.variants.iter().find(|variant| matches!(variant.fields, syn::Fields::Unit));
        if let (Some(unit), true) = (unit, derived(&item.attrs).contains("PartialEq")) {
            let unit = &unit.ident;
            let code = quote!(const ONE: #name = #name::#unit; fn same(it: &#name) -> bool { matches!(it, &ONE) });
            let expected = "#[derive(PartialEq, Eq)], and no `impl PartialEq` by hand";
            self.line(about(expected.to_owned()), quote!(const _: () = { #code };));
        }
    }

    /// A trait with the public functions, and an impl of it whose bodies call the submission's. The trait is not in scope, so that they cannot
    /// call themselves.
    fn methods(&mut self, number: usize, item: &syn::ItemImpl) {
        let this = &item.self_ty;
        let syn::Type::Path(path) = &**this else { return };
        let Some(owner) = path.path.segments.last().map(|last| last.ident.to_string()) else {
            return;
        };
        let functions: Vec<&syn::ImplItemFn> = item
            .items
            .iter()
            .filter_map(|item| match item {
                ImplItem::Fn(function) if public(&function.vis) => Some(function),
                _ => None,
            })
            .collect();
        let (with, _, place) = item.generics.split_for_impl();
        let mut bare = item.generics.clone();
        for parameter in &mut bare.params {
            match parameter {
                GenericParam::Type(it) => (it.bounds.clear(), it.colon_token = None).1,
                GenericParam::Lifetime(it) => (it.bounds.clear(), it.colon_token = None).1,
                GenericParam::Const(_) => {}
            }
        }
        let (_, arguments, _) = bare.split_for_impl();
        let generics = &item.generics;
        for (index, function) in functions.into_iter().enumerate() {
            let (head, names) = plain(&function.sig);
            let (name, wait) = (&head.ident, head.asyncness.as_ref().map(|_| quote!(.await)));
            let module = format_ident!("type_{number}_{index}");
            let about = About {
                owner: owner.clone(),
                name: name.to_string(),
                expected: words(&function.sig),
            };
            let code = quote!(
                mod #module { use super::*; pub trait Type #generics #place { #head; } }
                impl #with #module::Type #arguments for #this #place {
                    #head { Self::#name(#(#names),*) #wait }
                }
            );
            self.line(about, code);
        }
    }

    fn default_of(&mut self, item: &syn::ItemImpl) {
        let Some((path, _)) = &item.trait_ else { return };
        let syn::Type::Path(this) = &*item.self_ty else { return };
        let plain = item.generics.params.is_empty();
        if let (true, true, Some(owner)) = (path.is_ident("Default"), plain, this.path.get_ident())
        {
            let about = About {
                owner: owner.to_string(),
                name: "Default".to_owned(),
                expected: format!("impl Default for {owner}"),
            };
            let code =
                quote!(const _: () = { fn has<T: Default>() {} fn check() { has::<#owner>() } };);
            self.line(about, code);
        }
    }

    /// What the blamed lines say of a library; its own lines are quoted from `taken`.
    pub fn differences(&self, blamed: &Blamed, taken: &Taken) -> Vec<Difference> {
        let told = blamed.iter().filter_map(|(number, error)| {
            let about = &self.lines.get(number.checked_sub(1)?)?.about;
            (*about != About::default()).then(|| about.difference(error, taken))
        });
        // The submission's files are read for it.
        nesting::with_room(|| told.collect())
    }

    /// That the library cannot be called as the starter can, and nobody knows where.
    pub fn unclear(&self) -> Difference {
        let mut names = BTreeSet::new();
        for Line { about, .. } in &self.lines {
            names.extend([about.owner.clone(), about.name.clone()]);
        }
        let message = "its public functions cannot be called as those of the starter can";
        Difference { names, message: message.to_owned() }
    }
}

impl About {
    fn difference(&self, error: &Error, taken: &Taken) -> Difference {
        let About { owner, name, expected } = self;
        let is_trait = name.starts_with(|c: char| c.is_ascii_uppercase());
        let what = match (owner.is_empty(), name.is_empty()) {
            (true, _) => format!("`{name}`"),
            (false, true) => format!("`{owner}`"),
            (false, false) if is_trait => format!("`{owner}`"),
            (false, false) => format!("`{owner}::{name}`"),
        };
        let written = match name.is_empty() || is_trait {
            true => declared(taken, owner),
            false => defined(taken, owner, name),
        };
        let found = match &written {
            Some((text, place)) => format!("{text}   ({place})"),
            None => "nothing of that name that is public".to_owned(),
        };
        let is_not = match name.is_empty() || is_trait {
            true => format!("{what} is not what the assignment asks for"),
            false => format!("{what} has another type than the assignment asks for"),
        };
        let mut message = format!("{is_not}\n  expected: {expected}\n  found:    {found}");
        // Two types of one name look the same as they are written.
        if !error.label.is_empty() && written.is_some() && !is_trait {
            message += &format!("\n  rustc:    {}", error.label);
        }
        let names = match name.is_empty() || is_trait {
            true => BTreeSet::from([owner.clone()]),
            false => BTreeSet::from([name.clone()]),
        };
        Difference { names, message }
    }
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn of_std(item: &syn::ItemUse) -> bool {
    matches!(&item.tree, syn::UseTree::Path(path) if path.ident == "std")
}

/// What an item derives.
fn derived(attributes: &[syn::Attribute]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            names.extend(meta.path.get_ident().map(ToString::to_string));
            Ok(())
        });
    }
    names
}

/// The same signature with plain names for its arguments; and those names.
fn plain(signature: &Signature) -> (Signature, Vec<syn::Expr>) {
    let (mut signature, mut names) = (signature.clone(), Vec::new());
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                // `mut self` is the body's business.
                receiver.mutability = None;
                names.push(syn::parse_quote!(self));
            }
            FnArg::Typed(argument) => {
                argument.attrs.clear();
                let name = format_ident!("a{index}");
                argument.pat = syn::parse_quote!(#name);
                names.push(syn::parse_quote!(#name));
            }
        }
    }
    signature.constness = None;
    (signature, names)
}

/// A signature as somebody would write it.
fn words(signature: &Signature) -> String {
    tidy(&signature.to_token_stream().to_string())
}

/// Tokens without the blanks that nobody writes.
fn tidy(tokens: &str) -> String {
    let mut text = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        (" :", ":"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
        (":: ", "::"),
        (",)", ")"),
        ("->", " -> "),
        ("' ", "'"),
    ] {
        text = text.replace(from, to);
    }
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        // A call's parenthesis stands at its name, a tuple's apart.
        let called = |c: char| c.is_alphanumeric() || c == '_' || c == '>';
        let opens = c == ' ' && text[at + 1..].starts_with('(') && out.ends_with(called);
        if !(opens && !out.ends_with("->") || c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// The items of a submission's files, with where each file is.
fn items(taken: &Taken) -> impl Iterator<Item = (&str, Vec<Item>)> {
    taken.files.iter().filter_map(|(path, bytes)| {
        let file: syn::File = syn::parse2(nesting::tokens(bytes)?).ok()?;
        Some((path.as_str(), file.items))
    })
}

/// How a submission defines the public function, of this type if it is one's.
fn defined(taken: &Taken, owner: &str, name: &str) -> Option<(String, String)> {
    let place = |path: &str, signature: &Signature| {
        (words(signature), format!("{path}:{}", signature.ident.span().start().line))
    };
    for (path, items) in items(taken) {
        for item in &items {
            match item {
                Item::Fn(item)
                    if owner.is_empty() && item.sig.ident == name && public(&item.vis) =>
                {
                    return Some(place(path, &item.sig));
                }
                Item::Impl(item) if item.trait_.is_none() && is_of(&item.self_ty, owner) => {
                    for item in &item.items {
                        if let ImplItem::Fn(item) = item
                            && item.sig.ident == name
                            && public(&item.vis)
                        {
                            return Some(place(path, &item.sig));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    None
}

fn is_of(this: &syn::Type, owner: &str) -> bool {
    let syn::Type::Path(path) = this else { return false };
    !owner.is_empty() && path.path.segments.last().is_some_and(|last| last.ident == owner)
}

/// How a submission declares the type.
fn declared(taken: &Taken, owner: &str) -> Option<(String, String)> {
    for (path, items) in items(taken) {
        for item in items {
            let (ident, visibility, kind, attributes, more) = match &item {
                Item::Struct(it) => (&it.ident, &it.vis, "struct", &it.attrs, String::new()),
                Item::Enum(it) => {
                    let names: Vec<String> =
                        it.variants.iter().map(|v| v.ident.to_string()).collect();
                    (&it.ident, &it.vis, "enum", &it.attrs, format!(" {{ {} }}", names.join(", ")))
                }
                Item::Type(it) => (&it.ident, &it.vis, "type", &it.attrs, String::new()),
                _ => continue,
            };
            if ident == owner && public(visibility) {
                let derives: Vec<String> = derived(attributes).into_iter().collect();
                let derives = match derives.is_empty() {
                    true => String::new(),
                    false => format!("#[derive({})] ", derives.join(", ")),
                };
                // Whoever matches on it from another crate has to say what else there might be.
                let is_open = |it: &syn::Attribute| it.path().is_ident("non_exhaustive");
                let open = match attributes.iter().any(is_open) {
                    true => "#[non_exhaustive] ",
                    false => "",
                };
                let line = ident.span().start().line;
                return Some((
                    format!("{open}{derives}pub {kind} {owner}{more}"),
                    format!("{path}:{line}"),
                ));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = "use std::time::Duration;
        /// Why.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum No { Such(usize), Room }
        pub struct Bank { a: u8 }
        impl Bank {
            pub fn new(list: &[u64]) -> Self { todo!() }
            pub fn take(&self, (a, b): (u8, u8)) -> Result<(), No> { todo!() }
            fn private(&self) {}
        }
        pub struct Line<T> { t: T }
        impl<T: Send> Line<T> { pub fn get(&self, t: Duration) -> Option<T> { None } }
        pub async fn sleep(d: Duration) {}
        pub fn map<T, R>(items: Vec<T>, f: impl Fn(T) -> R) -> Vec<R> where T: Send { vec![] }
        ";

    fn line_of(signatures: &Signatures, name: &str) -> usize {
        signatures.lines.iter().position(|line| line.about.name == name).unwrap() + 1
    }

    fn error(line: usize) -> Error {
        Error {
            code: "E0308".to_owned(),
            file: "signatures.rs".to_owned(),
            line,
            message: "mismatched types".to_owned(),
            label: "expected `Result<(), No>`, found `Yes`".to_owned(),
        }
    }

    #[test]
    fn what_is_public_is_pinned() {
        let code = Signatures::of(STARTER).unwrap().code(&Blamed::new());
        assert!(syn::parse_file(&code).is_ok(), "{code}");
        for part in ["use student :: Bank", "Self :: take", "student :: sleep", "matches !"] {
            assert!(code.contains(part), "{part} in {code}");
        }
        for part in ["private", "use student :: *", "todo", "Why"] {
            assert!(!code.contains(part), "{part} in {code}");
        }
    }

    #[test]
    fn a_difference_is_told_in_both_words() {
        let signatures = Signatures::of(STARTER).unwrap();
        let text = "pub struct Yes;\npub struct Bank;\nimpl Bank {\n    pub fn take(&self, a: (u8, u8)) -> Yes { Yes }\n}\n";
        let taken = Taken {
            files: vec![("src/lib.rs".to_owned(), text.as_bytes().to_vec())],
            ..Taken::default()
        };
        let errors = [error(line_of(&signatures, "take")), error(line_of(&signatures, "get"))];
        let mut blamed = Blamed::new();
        assert!(signatures.blame(&errors, &mut blamed));
        let found = signatures.differences(&blamed, &taken);
        assert_eq!(
            found[0].message,
            "`Bank::take` has another type than the assignment asks for\n  \
             expected: fn take(&self, (a, b): (u8, u8)) -> Result<(), No>\n  \
             found:    fn take(&self, a: (u8, u8)) -> Yes   (src/lib.rs:4)\n  \
             rustc:    expected `Result<(), No>`, found `Yes`"
        );
        assert_eq!(found[0].names, BTreeSet::from(["take".to_owned()]));
        assert!(
            found[1].message.contains("found:    nothing of that name"),
            "{}",
            found[1].message
        );
        // The variants are right, and what is not has to be there to be seen.
        let text = "#[non_exhaustive]\npub enum No { Such(usize), Room }\n";
        let taken = Taken {
            files: vec![("src/lib.rs".to_owned(), text.as_bytes().to_vec())],
            ..Taken::default()
        };
        let variants = signatures.lines.iter().position(|it| it.about.expected.contains("{ Such"));
        let mut open = Blamed::new();
        assert!(signatures.blame(&[error(variants.unwrap() + 1)], &mut open));
        let found = &signatures.differences(&open, &taken)[0].message;
        assert!(found.contains("found:    #[non_exhaustive] pub enum No {"), "{found}");
        // The same again, and places that are no line's.
        for line in [line_of(&signatures, "take"), 0, 1, 9_999] {
            assert!(!signatures.blame(&[error(line)], &mut blamed), "{line}");
        }
    }

    #[test]
    fn what_names_a_missing_type_is_blamed_with_it() {
        let signatures = Signatures::of(STARTER).unwrap();
        let missing = signatures.lines.iter().position(|line| line.about.owner == "No").unwrap();
        let mut blamed = Blamed::new();
        let error = Error { code: "E0432".to_owned(), ..error(missing + 1) };
        assert!(signatures.blame(&[error], &mut blamed));
        assert!(blamed.contains_key(&line_of(&signatures, "take")));
        assert!(!blamed.contains_key(&line_of(&signatures, "get")));
        let code = signatures.code(&blamed);
        assert!(!code.contains("Self :: take") && code.contains("Self :: get"), "{code}");
        assert_eq!(code.lines().count(), signatures.lines.len());
    }
}
