//! A cheat that takes a nap before everything: nobody has to write it either.
//!
//! Where a time-out comes only when nobody else can do anything, whoever naps first lets all others go before him, and a nap is a lock that is none.
//! So a check has to let time-outs come at any moment, unless it is about time itself. Whoever yields hundreds of times waits in the end until somebody
//! else moves, which is a nap without a time-out.

use crate::grading::intake::Taken;
use quote::quote;
use syn::Visibility;
use syn::visit_mut::{self, VisitMut};

/// With what a nap is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nap {
    /// `park_timeout`.
    Park,
    /// A condition that nobody notifies.
    Condition,
    /// Hundreds of `yield_now`, with something of no use between them. Who comes second yields longer than who comes first: if both do as much, neither
    /// gives way.
    Yields,
}

impl Nap {
    /// All of them, and how each is called in messages.
    pub const ALL: [(Nap, &str); 3] =
        [(Nap::Park, "park"), (Nap::Condition, "condition"), (Nap::Yields, "yields")];
}

/// More often in a row nobody yields before he is made to wait.
const YIELDS: u64 = 210;

/// The submission `taken`, with a nap at the beginning of each public function. Its atomics are `SeqCst`, so that nothing else is wrong with them.
///
/// # Errors
///
/// When one of its files is no Rust.
pub fn napping(taken: &Taken, nap: Nap) -> anyhow::Result<Taken> {
    let mut files = Vec::new();
    for (path, bytes) in &taken.files {
        let text = std::str::from_utf8(bytes)?.replace("Relaxed", "SeqCst");
        let mut file = syn::parse_file(&text)?;
        Naps(nap).visit_file_mut(&mut file);
        if nap == Nap::Yields && path == "src/lib.rs" {
            file.items.push(syn::parse_quote!(
                static TURNS: ::std::sync::atomic::AtomicU64 =
                    ::std::sync::atomic::AtomicU64::new(0);
            ));
        }
        files.push((path.clone(), quote!(#file).to_string().into_bytes()));
    }
    Ok(Taken { files, ..Taken::default() })
}

struct Naps(Nap);

impl Naps {
    fn begin(&self, visibility: &Visibility, signature: &syn::Signature, body: &mut syn::Block) {
        if !matches!(visibility, Visibility::Public(_)) || signature.constness.is_some() {
            return;
        }
        let nanosecond = quote!(::std::time::Duration::from_nanos(1));
        body.stmts.insert(
            0,
            match self.0 {
                Nap::Park => syn::parse_quote!(::std::thread::park_timeout(#nanosecond);),
                Nap::Condition => syn::parse_quote!({
                    let (lock, changed) =
                        (::std::sync::Mutex::new(()), ::std::sync::Condvar::new());
                    drop(changed.wait_timeout(lock.lock().unwrap(), #nanosecond));
                }),
                Nap::Yields => syn::parse_quote!({
                    use ::std::sync::atomic::{AtomicU64, Ordering::SeqCst};
                    let own = AtomicU64::new(0);
                    for turn in 0..crate::TURNS.fetch_add(1, SeqCst) % 2 * #YIELDS {
                        own.store(turn, SeqCst);
                        ::std::thread::yield_now();
                    }
                }),
            },
        );
    }
}

impl VisitMut for Naps {
    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        self.begin(&item.vis, &item.sig, &mut item.block);
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        self.begin(&item.vis, &item.sig, &mut item.block);
        visit_mut::visit_impl_item_fn_mut(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_function_begins_with_a_nap() {
        let source = "pub struct A; impl A { pub const fn new() -> A { A } pub fn get(&self) -> u8 { self.help(Relaxed) } fn help(&self) {} }
            pub async fn f() {} fn g() {}";
        let files = vec![("src/lib.rs".to_owned(), source.as_bytes().to_vec())];
        let words = ["park_timeout", "wait_timeout", "yield_now"];
        for ((nap, _), word) in Nap::ALL.into_iter().zip(words) {
            let made = napping(&Taken { files: files.clone(), ..Taken::default() }, nap).unwrap();
            let text = String::from_utf8(made.files[0].1.clone()).unwrap();
            assert_eq!(text.matches(word).count(), 2, "{text}");
            assert!(text.contains("SeqCst"), "{text}");
        }
    }
}
