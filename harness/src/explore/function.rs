//! One function of a file, as a scenario: what its documentation and its type say of it.

use syn::{Attribute, Expr, ItemFn, Lit, Meta, ReturnType, Safety, Type};

/// One function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The function's name, with the modules of the file that it is in: `module::name`.
    pub name: String,
    /// The first sentence of its documentation, in one line.
    pub summary: String,
    /// The explorer must find a failing interleaving: a line of the
    /// documentation starts with `Must fail`.
    pub must_fail: bool,
    /// Time-outs may fire at any moment, not only when nothing else can happen:
    /// a line of the documentation starts with `Time-outs fire at any moment`.
    pub eager_timeouts: bool,
    /// Loops that only look are followed for so many looks: a line of the
    /// documentation, or of the file's, starts with `At most 2 looks`.
    pub looks: Option<u8>,
    /// Memory that nobody frees is a failure, where memory is watched: a line of the
    /// documentation, or of the file's, starts with `Memory must not leak`.
    pub leaks: bool,
    /// It never returns: its type is `!`.
    pub endless: bool,
}

impl Scenario {
    /// Whether somebody means it by this name: its own, or that with its modules.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.name.rsplit("::").next() == Some(name)
    }
}

/// The function as a scenario, if it can be one.
pub(super) fn of_function(function: &ItemFn) -> Option<Scenario> {
    let ItemFn { attrs, sig, .. } = function;
    let plain = sig.inputs.is_empty() && sig.generics.params.is_empty();
    // Whoever calls an `unsafe fn` has something to promise, which nobody does for a scenario.
    let ordinary = sig.asyncness.is_none() && !matches!(sig.safety, Safety::Unsafe(_));
    if !plain || !ordinary || !tells_success(&sig.output) {
        return None;
    }
    let docs: Vec<String> = attrs.iter().filter_map(doc_line).collect();
    let paragraph: Vec<&str> =
        docs.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    let says = |words: &str| docs.iter().any(|line| line.trim_start().starts_with(words));
    Some(Scenario {
        name: sig.ident.to_string(),
        summary: paragraph.join(" "),
        must_fail: says("Must fail"),
        eager_timeouts: says("Time-outs fire at any moment"),
        looks: docs.iter().find_map(|line| looks(line)),
        leaks: says(NO_LEAKS),
        endless: matches!(&sig.output, ReturnType::Type(_, t) if matches!(**t, Type::Never(_))),
    })
}

/// How documentation asks that memory does not leak.
pub(super) const NO_LEAKS: &str = "Memory must not leak";

/// To how many looks a line of documentation bounds loops.
pub(super) fn looks(line: &str) -> Option<u8> {
    let (number, rest) = line.trim_start().strip_prefix("At most ")?.split_once(' ')?;
    rest.starts_with("look").then(|| number.parse().ok()).flatten()
}

/// Whether a `main` could return this. A helper that returns a number is no scenario.
fn tells_success(output: &ReturnType) -> bool {
    let ReturnType::Type(_, returned) = output else { return true };
    match &**returned {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Never(_) => true,
        Type::Path(path) => {
            let name = path.path.segments.last().map(|segment| segment.ident.to_string());
            matches!(name.as_deref(), Some("Result" | "ExitCode"))
        }
        _ => false,
    }
}

pub(super) fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    match &literal.lit {
        Lit::Str(text) if pair.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}
