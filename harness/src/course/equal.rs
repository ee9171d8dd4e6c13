//! A submission that is equal to everything, made from what the starter promises: no assignment needs to write one.
//!
//! It has the starter's types and functions and does nothing. What is compared by the compiler's rules is compared by its own, which always say
//! yes. In the first of two forms its functions return what the starter says; in the second, a type that is equal to a value of any type.

use crate::grading::intake::Taken;
use proc_macro2::TokenStream;
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
    // Types first, since functions make values of them. Those that need a value of another come after it, wherever it stands.
    for _ in 0..items.len().min(8) {
        items.iter().for_each(|item| equal.learn(item));
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
                let is_unit = |it: &&syn::Variant| matches!(it.fields, Fields::Unit);
                let unit = item.variants.iter().find(is_unit);
                let mut variants = unit.into_iter().chain(&item.variants);
                let Some(value) = variants.find_map(|it| self.variant(&item.ident, it)) else {
                    return;
                };
                (&item.ident, value)
            }
            _ => return,
        };
        self.values.insert(name.to_string(), value);
    }

    /// A value of this variant, if there is one of each of its fields.
    fn variant(&self, of: &syn::Ident, variant: &syn::Variant) -> Option<syn::Expr> {
        let name = &variant.ident;
        let mut values = Vec::new();
        for field in &variant.fields {
            values.push(self.value(&field.ty, None)?);
        }
        Some(match &variant.fields {
            Fields::Unit => syn::parse_quote!(#of::#name),
            Fields::Unnamed(_) => syn::parse_quote!(#of::#name(#(#values),*)),
            Fields::Named(fields) => {
                let names = fields.named.iter().map(|field| &field.ident);
                syn::parse_quote!(#of::#name { #(#names: #values),* })
            }
        })
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
            ReturnType::Type(_, its_type) => self
                .value(its_type, owner)
                .or_else(|| argument_of(signature, its_type))
                .unwrap_or_else(|| quote!(::std::todo!())),
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

    /// A value of this type, whichever. Of a type of which nothing is known there is none.
    fn value(&self, of: &Type, owner: Option<&Type>) -> Option<TokenStream> {
        match of {
            Type::Tuple(tuple) => {
                let each = tuple.elems.iter().map(|it| self.value(it, owner));
                let each: Vec<_> = each.collect::<Option<_>>()?;
                return Some(quote!((#(#each,)*)));
            }
            Type::Array(array) => {
                let (each, length) = (self.value(&array.elem, owner)?, &array.len);
                return Some(quote!([const { #each }; #length]));
            }
            Type::Reference(to) if matches!(&*to.elem, Type::Slice(_)) => return Some(quote!(&[])),
            Type::Reference(to) if name_of(&to.elem) == "str" => return Some(quote!("")),
            Type::Paren(inner) => return self.value(&inner.elem, owner),
            _ => {}
        }
        let arguments = arguments_of(of);
        let inside = |new: TokenStream| {
            let inner = self.value(arguments.first()?, owner)?;
            Some(quote!(#new(#inner)))
        };
        let name = name_of(of);
        match name.as_str() {
            "Self" => {
                let value = owner.map(name_of).and_then(|name| self.values.get(&name))?;
                Some(quote!(#value))
            }
            "Option" => Some(quote!(::std::option::Option::None)),
            // What has been done is said; where there is nothing to show for it, what went wrong.
            "Result" => inside(quote!(::std::result::Result::Ok)).or_else(|| {
                let error = self.value(arguments.get(1)?, owner)?;
                Some(quote!(::std::result::Result::Err(#error)))
            }),
            "Box" => inside(quote!(::std::boxed::Box::new)),
            "Arc" => inside(quote!(::std::sync::Arc::new)),
            "Mutex" => inside(quote!(::std::sync::Mutex::new)),
            "bool" => Some(quote!(true)),
            "Vec" | "String" | "VecDeque" | "HashMap" | "HashSet" | "BTreeMap" | "BTreeSet"
            | "PhantomData" | "Duration" | "char" | "u8" | "u16" | "u32" | "u64" | "u128"
            | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "f32" | "f64" => {
                Some(quote!(::std::default::Default::default()))
            }
            "Instant" => Some(quote!(::std::time::Instant::now())),
            own => self.values.get(own).map(|value| quote!(#value)),
        }
    }
}

/// The argument that has just this type: it can be given back.
fn argument_of(signature: &syn::Signature, of: &Type) -> Option<TokenStream> {
    signature.inputs.iter().find_map(|input| match input {
        syn::FnArg::Typed(input) if same(&input.ty, of) => match &*input.pat {
            syn::Pat::Ident(pattern) => {
                let name = &pattern.ident;
                Some(quote!(#name))
            }
            _ => None,
        },
        _ => None,
    })
}

fn same(one: &Type, other: &Type) -> bool {
    quote!(#one).to_string() == quote!(#other).to_string()
}

/// The types in the angle brackets of a type.
fn arguments_of(of: &Type) -> Vec<&Type> {
    let Type::Path(path) = of else { return Vec::new() };
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
    let mut types = Vec::new();
    for argument in &arguments.args {
        if let syn::GenericArgument::Type(inner) = argument {
            types.push(inner);
        }
    }
    types
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
            pub fn wait<T>(&self) -> Result<T, No> { todo!() }
            pub fn whose(&self) -> Why { todo!() }
            pub fn back<T>(n: T) -> T { todo!() }
        }
        pub enum Why { Because(No, String) }
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
            // There is no value of `T`, but there is an error.
            "Result<T,No>{::std::result::Result::Err(No::Room)}",
            "->Why{Why::Because(No::Room,::std::default::Default::default())}",
            "fnback<T>(n:T)->T{n}",
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

    /// What is made of the starters of all assignments that are blind.
    fn made_of_all() -> Vec<(String, syn::File)> {
        let course = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut made = Vec::new();
        for name in crate::grading::assignment::names(&course).unwrap() {
            let assignment = crate::grading::assignment::Assignment::load(&course, &name).unwrap();
            if !assignment.manifest.blind {
                continue;
            }
            for returns in [Returns::ItsTypes, Returns::Anything] {
                let starter = assignment.sample("starter").unwrap();
                let taken = always_equal(&starter, returns).unwrap();
                let text = String::from_utf8(taken.files[0].1.clone()).unwrap();
                made.push((format!("{name}, {returns:?}"), syn::parse_file(&text).unwrap()));
            }
        }
        made
    }

    #[test]
    fn something_is_made_of_each_starter() {
        assert_eq!(made_of_all().len(), 16);
    }

    /// A function that panics attacks nothing. These do, and why.
    #[test]
    fn functions_return_where_there_is_something_to_return() {
        #[derive(Default)]
        struct Panicking(Vec<String>);
        impl<'ast> syn::visit::Visit<'ast> for Panicking {
            fn visit_signature(&mut self, signature: &'ast syn::Signature) {
                self.0.push(signature.ident.to_string());
            }
            fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
                if quote!(#item).to_string().contains("todo !") {
                    self.visit_signature(&item.sig);
                }
            }
            fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
                if quote!(#item).to_string().contains("todo !") {
                    self.visit_signature(&item.sig);
                }
            }
        }
        let mut panicking = Vec::new();
        for (of, file) in made_of_all() {
            let mut found = Panicking::default();
            syn::visit::Visit::visit_file(&mut found, &file);
            panicking.extend(found.0.iter().map(|name| format!("{of}: {name}")));
        }
        assert_eq!(
            panicking,
            [
                // It returns what the future comes to: any type, and only the future makes a value of it.
                "12-coroutines, ItsTypes: block_on",
            ]
        );
    }
}
