//! A submission that is equal to everything, made from what the starter promises: no assignment needs to write one.
//!
//! It has the starter's types and functions and does nothing. What is compared by the compiler's rules is compared by its own, which always say
//! yes. In the first of two forms its functions return what the starter says; in the second, a type that is equal to a value of any type.

use crate::grading::intake::Taken;
use quote::quote;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, GenericParam, Item, ReturnType, Type, Visibility};

/// What functions return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// A value of the type that the starter says, whichever is at hand.
    ItsTypes,
    /// Something that is equal to everything.
    Anything,
}

/// The submission, of a starter with these files.
///
/// # Errors
///
/// When `src/lib.rs` of the starter is missing, or is no Rust.
pub fn always_equal(starter: &Taken, returns: Returns) -> anyhow::Result<Taken> {
    let root = starter.files.iter().find(|(path, _)| path == "src/lib.rs");
    let Some((path, bytes)) = root else { anyhow::bail!("the starter has no src/lib.rs") };
    let mut file = syn::parse_file(std::str::from_utf8(bytes)?)?;
    let mut equal = Equal { returns, values: BTreeMap::new() };
    let items = std::mem::take(&mut file.items);
    // Types first, since functions make values of them.
    for item in &items {
        equal.learn(item);
    }
    for mut item in items {
        let more = equal.types(&mut item);
        equal.visit_item_mut(&mut item);
        file.items.push(item);
        file.items.extend(more);
    }
    if returns == Returns::Anything {
        let any: syn::File = syn::parse_quote! {
            #[derive(Debug, Clone, Copy)]
            pub struct Any;
            impl<T: ?::std::marker::Sized> ::std::cmp::PartialEq<T> for Any {
                fn eq(&self, _: &T) -> bool { true }
            }
            impl Any {
                pub fn is_ok(&self) -> bool { true }
                pub fn is_err(&self) -> bool { true }
                pub fn is_some(&self) -> bool { true }
                pub fn is_none(&self) -> bool { true }
                pub fn is_empty(&self) -> bool { true }
            }
        };
        file.items.extend(any.items);
    }
    let text = quote!(#file).to_string();
    let others = starter.files.iter().filter(|(other, _)| other != path).cloned();
    let mut files: Vec<_> = others.chain([(path.clone(), text.into_bytes())]).collect();
    files.sort();
    Ok(Taken { files, ..Taken::default() })
}

struct Equal {
    returns: Returns,
    /// How a value of each of its own types is made.
    values: BTreeMap<String, syn::Expr>,
}

impl Equal {
    fn learn(&mut self, item: &Item) {
        let (name, value): (_, syn::Expr) = match item {
            Item::Struct(item) if item.generics.params.is_empty() => {
                let name = &item.ident;
                (name, syn::parse_quote!(#name))
            }
            Item::Struct(item) => {
                let name = &item.ident;
                (name, syn::parse_quote!(#name(::std::marker::PhantomData)))
            }
            Item::Enum(item) => {
                let unit = item.variants.iter().find(|it| matches!(it.fields, Fields::Unit));
                let Some(unit) = unit else { return };
                let (name, unit) = (&item.ident, &unit.ident);
                (name, syn::parse_quote!(#name::#unit))
            }
            _ => return,
        };
        self.values.insert(name.to_string(), value);
    }

    /// Takes the fields of a struct, and from a type what the compiler compares it by. What is to be added.
    fn types(&mut self, item: &mut Item) -> Vec<Item> {
        let (name, generics, attributes) = match item {
            Item::Struct(item) => {
                item.fields = Fields::Unit;
                item.semi_token = Some(Default::default());
                if !item.generics.params.is_empty() {
                    let each = item.generics.params.iter().map(|parameter| match parameter {
                        GenericParam::Lifetime(it) => {
                            let lifetime = &it.lifetime;
                            quote!(&#lifetime ())
                        }
                        GenericParam::Type(it) => {
                            let name = &it.ident;
                            quote!(fn() -> #name)
                        }
                        GenericParam::Const(_) => quote!(()),
                    });
                    let fields: syn::FieldsUnnamed =
                        syn::parse_quote!((::std::marker::PhantomData<(#(#each,)*)>));
                    item.fields = Fields::Unnamed(fields);
                }
                (item.ident.clone(), item.generics.clone(), &mut item.attrs)
            }
            Item::Enum(item) => (item.ident.clone(), item.generics.clone(), &mut item.attrs),
            _ => return Vec::new(),
        };
        let mut derived: Vec<syn::Path> = Vec::new();
        attributes.retain(|attribute| {
            let is_derive = attribute.path().is_ident("derive");
            if is_derive {
                let _ = attribute.parse_nested_meta(|meta| {
                    derived.push(meta.path);
                    Ok(())
                });
            }
            !is_derive
        });
        let compared = |path: &syn::Path| {
            ["PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Default"]
                .iter()
                .any(|name| path.is_ident(name))
        };
        let was_compared = derived.iter().any(|path| path.is_ident("PartialEq"));
        derived.retain(|path| !compared(path));
        attributes.push(syn::parse_quote!(#[derive(#(#derived),*)]));
        if !was_compared {
            return Vec::new();
        }
        let (with, arguments, place) = generics.split_for_impl();
        vec![
            syn::parse_quote!(impl #with ::std::cmp::PartialEq for #name #arguments #place {
                fn eq(&self, _: &Self) -> bool { true }
            }),
            syn::parse_quote!(impl #with ::std::cmp::Eq for #name #arguments #place {}),
        ]
    }

    /// A function that does nothing.
    fn empty(&self, signature: &mut syn::Signature, body: &mut syn::Block, owner: Option<&Type>) {
        let value = match &signature.output {
            ReturnType::Default => quote!(),
            ReturnType::Type(_, its_type) => self.value(its_type, owner),
        };
        let is_own = |its_type: &Type| {
            let name = name_of(its_type);
            name == "Self" || self.values.contains_key(&name)
        };
        *body = syn::parse_quote!({ #value });
        if let (Returns::Anything, ReturnType::Type(_, its_type)) =
            (self.returns, &mut signature.output)
            && !is_own(its_type)
        {
            **its_type = syn::parse_quote!(Any);
            *body = syn::parse_quote!({ Any });
        }
    }

    /// A value of this type, whichever.
    fn value(&self, of: &Type, owner: Option<&Type>) -> proc_macro2::TokenStream {
        let inner = |of: &Type| -> Option<Type> {
            let Type::Path(path) = of else { return None };
            let syn::PathArguments::AngleBracketed(arguments) =
                &path.path.segments.last()?.arguments
            else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(inner) => Some(inner.clone()),
                _ => None,
            })
        };
        if let Type::Tuple(tuple) = of {
            let each = tuple.elems.iter().map(|it| self.value(it, owner));
            return quote!((#(#each,)*));
        }
        let name = name_of(of);
        match name.as_str() {
            "Self" => match owner.map(name_of).and_then(|name| self.values.get(&name)) {
                Some(value) => quote!(#value),
                None => quote!(::std::todo!()),
            },
            "Option" => quote!(::std::option::Option::None),
            "Result" => match inner(of) {
                Some(ok) => {
                    let ok = self.value(&ok, owner);
                    quote!(::std::result::Result::Ok(#ok))
                }
                None => quote!(::std::todo!()),
            },
            "bool" => quote!(true),
            "Vec" | "String" | "VecDeque" | "Duration" | "u8" | "u16" | "u32" | "u64" | "u128"
            | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "f32" | "f64" => {
                quote!(::std::default::Default::default())
            }
            own => match self.values.get(own) {
                Some(value) => quote!(#value),
                None => quote!(::std::todo!()),
            },
        }
    }
}

impl VisitMut for Equal {
    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        if matches!(item.vis, Visibility::Public(_)) {
            self.empty(&mut item.sig, &mut item.block, None);
        }
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let owner = (*item.self_ty).clone();
        let own = item.trait_.is_none();
        for of_it in &mut item.items {
            if let syn::ImplItem::Fn(function) = of_it {
                let before = self.returns;
                // What a trait asks for cannot return anything else.
                if !own {
                    self.returns = Returns::ItsTypes;
                }
                self.empty(&mut function.sig, &mut function.block, Some(&owner));
                self.returns = before;
            }
        }
        visit_mut::visit_generics_mut(self, &mut item.generics);
    }
}

/// The last name of a type's path.
fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            path.path.segments.last().map(|it| it.ident.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = "
        use std::time::Duration;
        /// Why.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum No { Such(usize), Room }
        #[derive(Default)]
        pub struct Bank { a: u8 }
        impl Bank {
            pub fn new(list: &[u64]) -> Self { todo!() }
            pub fn take(&self, n: u64) -> Result<(), No> { todo!() }
            pub fn why(&self) -> No { todo!() }
        }
        impl Default for Bank { fn default() -> Self { Bank { a: 1 } } }
        pub struct Line<'a, T> { t: &'a T }
        impl<'a, T: Send> Line<'a, T> { pub fn get(&self, t: Duration) -> Option<T> { None } }
        pub fn map<T, R>(items: Vec<T>, f: impl Fn(T) -> R) -> (Vec<R>, u8) { todo!() }
    ";

    fn made(returns: Returns) -> String {
        let files = vec![("src/lib.rs".to_owned(), STARTER.as_bytes().to_vec())];
        let taken = always_equal(&Taken { files, ..Taken::default() }, returns).unwrap();
        String::from_utf8(taken.files[0].1.clone()).unwrap().split_whitespace().collect()
    }

    #[test]
    fn everything_is_there_and_nothing_is_done() {
        let text = made(Returns::ItsTypes);
        for part in [
            "pubstructBank;",
            "->Self{Bank}",
            "Result<(),No>{::std::result::Result::Ok(())}",
            "->No{No::Room}",
            "impl::std::cmp::PartialEqforNo{fneq(&self,_:&Self)->bool{true}}",
            "->Option<T>{::std::option::Option::None}",
            "PhantomData<(&'a(),fn()->T,)>",
            "fndefault()->Self{Bank}",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("derive(Debug,Clone,Copy,PartialEq"), "{text}");
    }

    #[test]
    fn what_it_returns_may_be_of_any_type() {
        let text = made(Returns::Anything);
        for part in ["fntake(&self,n:u64)->Any{Any}", "->Self{Bank}", "->No{No::Room}"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.contains("PartialEq<T>forAny"), "{text}");
    }

    #[test]
    fn something_is_made_of_each_starter() {
        let course = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut made = 0;
        for name in crate::grading::assignment::names(&course).unwrap() {
            let assignment = crate::grading::assignment::Assignment::load(&course, &name).unwrap();
            if !assignment.manifest.blind {
                continue;
            }
            for returns in [Returns::ItsTypes, Returns::Anything] {
                let starter = assignment.sample("starter").unwrap();
                let taken = always_equal(&starter, returns).unwrap();
                let text = String::from_utf8(taken.files[0].1.clone()).unwrap();
                assert!(syn::parse_file(&text).is_ok(), "{name}: {text}");
                made += 1;
            }
        }
        assert_eq!(made, 16);
    }
}
