//! The stand-in's signatures are `std`'s: each file of `std_signatures/` is compiled against both, as `lib`.
//!
//! Functions are coerced to pointers of the type that `std` documents, `const` ones are called in constants, and which traits each
//! type has is listed and compared.

#![allow(deprecated, reason = "what std still has, the stand-in has")]
#![allow(clippy::type_complexity, reason = "the types are what is tested")]

use std::collections::BTreeMap;

/// What was found, by type and trait: whether the type has the trait.
type Table = BTreeMap<String, bool>;

/// Notes for each type which of the traits it has.
macro_rules! table {
    ($table:ident: $($type:ty),* $(,)?) => {
        $({
            let name = stringify!($type).replace(' ', "");
            crate::has!($table, name, $type: Send);
            crate::has!($table, name, $type: Sync);
            crate::has!($table, name, $type: Unpin);
            crate::has!($table, name, $type: ::std::panic::UnwindSafe);
            crate::has!($table, name, $type: ::std::panic::RefUnwindSafe);
            crate::has!($table, name, $type: Clone);
            crate::has!($table, name, $type: Copy);
            crate::has!($table, name, $type: Default);
            crate::has!($table, name, $type: PartialEq);
            crate::has!($table, name, $type: Eq);
            crate::has!($table, name, $type: PartialOrd);
            crate::has!($table, name, $type: Ord);
            crate::has!($table, name, $type: ::std::hash::Hash);
            crate::has!($table, name, $type: ::std::fmt::Debug);
            crate::has!($table, name, $type: ::std::fmt::Display);
            crate::has!($table, name, $type: ::std::fmt::Pointer);
            crate::has!($table, name, $type: ::std::error::Error);
            crate::has!($table, name, $type: ::std::io::Read);
            crate::has!($table, name, $type: ::std::io::Write);
            crate::has!($table, name, $type: ::std::os::fd::AsFd);
            crate::has!($table, name, $type: ::std::os::fd::AsRawFd);
            crate::has!($table, name, $type: Into<::std::process::Stdio>);
            crate::has!($table, name, $type: Iterator);
            crate::has!($table, name, $type: IntoIterator);
        })*
    };
}

/// Notes whether a type has a trait: an associated constant of the type itself, where the bound lets it exist, goes before the one
/// that all types have.
macro_rules! has {
    ($table:ident, $name:ident, $type:ty: $($bound:tt)*) => {{
        #[allow(dead_code, reason = "which of the two is used is the question")]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        #[allow(dead_code, reason = "which of the two is used is the question")]
        struct Asked<T: ?Sized>(::std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "which of the two is used is the question")]
        impl<T: ?Sized + $($bound)*> Asked<T> {
            const HAS: bool = true;
        }
        $table.insert(format!("{}: {}", $name, stringify!($($bound)*)), <Asked<$type>>::HAS);
    }};
}

pub(crate) use has;
pub(crate) use table;

/// Compiles a file against both, and compares its tables.
macro_rules! the_same {
    ($($name:ident)*) => {$(
        mod $name {
            mod real {
                use ::std as lib;
                include!(concat!("std_signatures/", stringify!($name), ".rs"));
            }

            mod stand_in {
                use ::explore_std as lib;
                include!(concat!("std_signatures/", stringify!($name), ".rs"));
            }

            #[test]
            fn has_the_same_signatures_and_traits() {
                let (real, stand_in) = (real::traits(), stand_in::traits());
                assert!(real.values().any(|has| *has) && real.values().any(|has| !has));
                let other: Vec<_> = real.iter().filter(|(name, has)| stand_in[*name] != **has).collect();
                assert!(other.is_empty(), "std says otherwise: {other:#?}");
                real::signatures();
                stand_in::signatures();
            }
        }
    )*};
}

the_same!(sync mpsc atomic thread time io);
