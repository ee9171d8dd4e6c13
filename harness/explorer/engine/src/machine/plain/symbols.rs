//! The functions of the running program: whose they are, told by their names.
//!
//! Code that is compiled with instrumentation says which function it enters. The generic functions of the stand-ins and of `core` and `alloc` are
//! compiled in the user's crate, with instrumentation like the rest; what they do is not, or not only, the user's doing.
//! A mangled name (v0) begins with the path of the function, and that with the crate that it is written in.

use std::sync::OnceLock;

use super::mangled;

/// Whose access to memory it is, while a function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The user's: it counts.
    User,
    /// A stand-in's: it does not.
    Inside,
    /// That of whoever called: `core`, `alloc`, and what is built on them.
    Neutral,
}

/// What else is to be known of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    Plain,
    /// The last of several owners drops the value: `Arc::drop_slow`.
    LastDrop,
    /// It makes an `Arc` of a pointer, or counts one up or down, so that the number of `Arc`s is not what the counter says.
    RawCount,
    /// `core`'s `fence`.
    Fence,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    pub start: usize,
    pub end: usize,
    pub class: Class,
    pub role: Role,
}

/// The function at an address; none if it is not the program's own.
pub fn function(address: usize) -> Option<&'static Function> {
    let all = all();
    let at = all.partition_point(|function| function.start <= address).checked_sub(1)?;
    all.get(at).filter(|function| address < function.end)
}

/// All functions. Asked for the first time before an execution: within one, files are not read.
pub fn all() -> &'static [Function] {
    static ALL: OnceLock<Vec<Function>> = OnceLock::new();
    ALL.get_or_init(|| read().unwrap_or_default())
}

/// Reads the symbols of this executable; `None` if it is not what is expected.
fn read() -> Option<Vec<Function>> {
    const SYMBOLS: usize = 2;
    const FUNCTION: u8 = 2;
    let bytes = std::fs::read("/proc/self/exe").ok()?;
    let number = |at: usize, length: usize| {
        let mut all = [0; 8];
        all[..length].copy_from_slice(bytes.get(at..at.checked_add(length)?)?);
        usize::try_from(u64::from_le_bytes(all)).ok()
    };
    let (headers, size, count) = (number(0x28, 8)?, number(0x3a, 2)?, number(0x3c, 2)?);
    let bias = load_bias();
    let mut found = Vec::new();
    for header in (0..count).map(|index| headers + index * size) {
        if number(header + 4, 4)? != SYMBOLS {
            continue;
        }
        let (offset, length) = (number(header + 0x18, 8)?, number(header + 0x20, 8)?);
        let names = number(headers + number(header + 0x28, 4)? * size + 0x18, 8)?;
        for at in (offset..offset + length).step_by(24) {
            let (value, length) = (number(at + 8, 8)?, number(at + 16, 8)?);
            if bytes.get(at + 4)? & 15 != FUNCTION || value == 0 {
                continue;
            }
            let name = bytes.get(names + number(at, 4)?..)?.split(|&byte| byte == 0).next()?;
            let name = std::str::from_utf8(name).ok()?;
            let (class, role) = (class_of(name), role_of(name));
            found.push(Function { start: value + bias, end: value + bias + length, class, role });
        }
    }
    found.sort_by_key(|function| function.start);
    Some(found)
}

/// How far from its own addresses the executable was loaded.
fn load_bias() -> usize {
    unsafe extern "C" fn visit(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the linker passes a valid description, and `found` is what is passed to `dl_iterate_phdr` below.
        unsafe { *found.cast::<usize>() = (*info).dlpi_addr as usize };
        // The first is the executable.
        1
    }
    let mut bias = 0_usize;
    // SAFETY: `visit` has the signature that is asked for, and is called only during this call, while `bias` lives.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut bias).cast()) };
    bias
}

const STAND_INS: [&str; 5] =
    ["explore_engine", "explore_std", "explore_core", "explore_trace", "explore_protocol"];
const NEUTRAL: [&str; 6] = ["core", "alloc", "std", "hashbrown", "__rustc", "compiler_builtins"];
/// Types of the stand-ins that own a value of the user's and drop it.
const OWNERS: [&str; 4] = ["Mutex", "RwLock", "OnceLock", "LazyLock"];

/// Types of the stand-ins that no program names: what holds them is the stand-ins' own.
const PRIVATE: [&str; 4] = ["Explored", "Leave", "Packet", "State"];

/// What the stand-ins' types do to the user's value, for these traits, is what they are asked for themselves: that is the user's doing.
const FORWARDED: [&str; 4] = ["5Clone", "5Debug", "7Display", "9PartialEq"];
/// The traits of functions. A function of `core` that is handed to a stand-in, as `Vec::len`, is called by way of them.
const CALLS: [&str; 3] = ["6FnOnce", "5FnMut", "2Fn"];

fn class_of(name: &str) -> Class {
    // Code without instrumentation does not say what it enters: a function with a name of C that does is a user's, who has named it so. But the linker
    // may give to one place both a name of an older `std` and another one.
    let Some(path) = name.strip_prefix("_R") else {
        return if name.starts_with("_ZN") { Class::Neutral } else { Class::User };
    };
    let Some((root, _)) = root_crate(path) else { return Class::User };
    let implemented = implemented(path);
    let is_of = |traits: &[&str]| {
        implemented.is_some_and(|(_, of)| traits.iter().any(|name| of.ends_with(name)))
    };
    if STAND_INS.contains(&root) {
        return if is_of(&FORWARDED) { Class::Neutral } else { Class::Inside };
    }
    if !NEUTRAL.contains(&root) {
        return Class::User;
    }
    if let Some((what, _)) = implemented
        && (is_of(&["4Drop"]) && root != "std" || is_of(&CALLS))
    {
        // A stand-in owns little that is not a type of its own; what it destroys, and calls, is what the user has given it. (`std`'s locks are the
        // stand-ins': a program has theirs.)
        return if is_own(what) { Class::Neutral } else { Class::User };
    }
    let Some(at) = path.find("13drop_in_place") else { return Class::Neutral };
    let dropped = &path[at + "13drop_in_place".len()..];
    match direct_crate(dropped) {
        // What drops a stand-in's own value is the stand-in's; but what a lock holds is the user's.
        Some((root, what)) if STAND_INS.contains(&root) => {
            if is_owner(what) {
                Class::Neutral
            } else {
                Class::Inside
            }
        }
        Some((root, _)) if !NEUTRAL.contains(&root) => Class::User,
        _ => Class::Neutral,
    }
}

/// What implements a trait, and the trait, if this is a function of one.
fn implemented(path: &str) -> Option<(&str, &str)> {
    let name = path.as_bytes();
    let what = match path.get(..3)? {
        "NvX" => mangled::after_implementation(name, 3)?,
        "NvY" => 3,
        _ => return None,
    };
    let of = mangled::after_type(name, what)?;
    // Without what it is generic over.
    let start = of + usize::from(name.get(of) == Some(&b'I'));
    Some((path.get(what..of)?, path.get(start..mangled::after_path(name, start)?)?))
}

/// Whether a type holds what is the stand-ins' own: a type of theirs that no program names, or a closure. They share the names of threads, too.
fn is_own(what: &str) -> bool {
    let types = STAND_INS.iter().flat_map(|name| {
        let named = format!("{}{name}", name.len());
        what.match_indices(&named).map(|(at, named)| at + named.len()).collect::<Vec<_>>()
    });
    let is_public = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    types.map(|at| last_of(&what[at..])).any(|name| PRIVATE.contains(&name) || !is_public(name))
        || what.contains("3Arce")
}

/// Whether a type of the stand-ins owns a value of the user's.
fn is_owner(path: &str) -> bool {
    OWNERS.contains(&last_of(path))
}

/// The name of a type. What follows its crate are the names of modules, and then its own.
fn last_of(path: &str) -> &str {
    let (mut rest, mut last) = (path, "");
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(length) = rest[..digits].parse::<usize>() else { break };
        let Some(name) = rest.get(digits..digits + length) else { break };
        (last, rest) = (name, &rest[digits + length..]);
    }
    last
}

fn role_of(name: &str) -> Role {
    if name.contains("6atomic5fence") {
        return Role::Fence;
    }
    if !name.contains("5alloc4sync") {
        return Role::Plain;
    }
    match name {
        _ if name.contains("9drop_slow") => Role::LastDrop,
        _ if name.contains("_strong_count") && name.contains("crement") => Role::RawCount,
        _ if name.contains("8from_raw") || name.contains("11from_raw_in") => Role::RawCount,
        _ => Role::Plain,
    }
}

/// The crate of a type that is named by its path, and the rest; `None` for a reference, a tuple and the like.
fn direct_crate(mangled: &str) -> Option<(&str, &str)> {
    mangled.starts_with(['I', 'N', 'C']).then(|| root_crate(mangled)).flatten()
}

/// The crate at the root of the path that a mangled name begins with, and what follows it.
fn root_crate(mangled: &str) -> Option<(&str, &str)> {
    let bytes = mangled.as_bytes();
    let disambiguator = |mut at: usize| {
        if bytes.get(at) == Some(&b's') {
            at += 1 + bytes[at..].iter().position(|&byte| byte == b'_')?;
        }
        Some(at)
    };
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'C' => {
                let digits = disambiguator(at + 1)?;
                let end = digits + bytes[digits..].iter().position(|b| !b.is_ascii_digit())?;
                let length: usize = mangled.get(digits..end)?.parse().ok()?;
                let start = end + usize::from(bytes.get(end) == Some(&b'_'));
                return Some((mangled.get(start..start + length)?, &mangled[start + length..]));
            }
            // A namespace follows.
            b'N' => at += 2,
            b'M' | b'X' => at = disambiguator(at + 1)?,
            // What a trait gives to a type is written where the trait is.
            b'Y' => at = mangled::after_type(bytes, at + 1)?,
            // It was named before.
            b'B' => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_of_a_function_is_where_it_is_written() {
        let class = |name: &str| class_of(name);
        assert_eq!(class("_RNvCs1234_7mycrate3foo"), Class::User);
        assert_eq!(class("_RNvCs1234_14explore_engine3foo"), Class::Inside);
        // `<mycrate::Foo as core::fmt::Debug>::fmt`, written in `mycrate`.
        assert_eq!(
            class("_RNvXCs1234_7mycrateNtB2_3FooNtNtCsabcd_4core3fmt5Debug3fmt"),
            Class::User
        );
        // `<explore_engine::sync::Mutex<u32> as mycrate::Ext>::bump`, which `Ext` gives to all, and a closure in it.
        let given = "YINtNtNtCs77_14explore_engine4sync5mutex5MutexmENtCs1234_7mycrate3Ext4bump";
        assert_eq!(class(&format!("_RNv{given}")), Class::User);
        assert_eq!(class(&format!("_RNCNv{given}0")), Class::User);
        let map = "NtNtNtNtCsabcd_4core4iter6traits8iterator8Iterator3map";
        assert_eq!(class(&format!("_RNvYNtCs77_14explore_engine4Iter{map}")), Class::Neutral);
        // `<explore_engine::sync::OnceLock<_> as Clone>::clone` clones what is in it.
        assert_eq!(
            class(
                "_RNvXs_NtCs77_14explore_engine4syncINtB4_8OnceLockhENtNtCsabcd_4core5clone5Clone5clone"
            ),
            Class::Neutral
        );
        // `alloc::sync::Arc<u8>::drop_slow`
        let slow = "_RNvMs_NtCsabcd_5alloc4syncINtB4_3ArchE9drop_slowCs1234_7mycrate";
        assert_eq!((class(slow), role_of(slow)), (Class::Neutral, Role::LastDrop));
    }

    #[test]
    fn an_arc_that_a_stand_in_drops_is_the_user_s_unless_it_holds_what_is_the_stand_in_s() {
        let drop = |of: &str| {
            let name = "_RNvXs1e_NtCslN_5alloc4syncINtB6_3Arc";
            class_of(&format!("{name}{of}ENtNtNtCsgE_4core3ops4drop4Drop4dropCs1234_7mycrate"))
        };
        assert_eq!(drop("l"), Class::User);
        assert_eq!(drop("NtCs1234_7mycrate3Foo"), Class::User);
        assert_eq!(drop("INtNtCs77_14explore_engine4sync5MutexhE"), Class::User);
        assert_eq!(drop("INtNtCs77_14explore_engine5spawn6PackethE"), Class::Neutral);
        assert_eq!(drop("e"), Class::Neutral);
        let rc = |of: &str| {
            let name = "_RNvXsA_NtCslN_5alloc2rcINtB6_2Rc";
            class_of(&format!("{name}{of}ENtNtNtCsgE_4core3ops4drop4Drop4dropCs1234_7mycrate"))
        };
        assert_eq!(
            (rc("m"), rc("NtCs77_14explore_engine8Explored")),
            (Class::User, Class::Neutral)
        );
    }

    #[test]
    fn dropping_a_stand_in_is_its_own_doing_unless_it_holds_a_value_of_the_user_s() {
        let drop = |of: &str| format!("_RINvNtCsabcd_4core3ptr13drop_in_place{of}ECs1234_7mycrate");
        let of = |path: &str| drop(&format!("INtNtCs77_14explore_engine{path}hE"));
        assert_eq!(class_of(&of("4sync10JoinHandle")), Class::Inside);
        assert_eq!(class_of(&of("4sync10MutexGuard")), Class::Inside);
        assert_eq!(class_of(&of("4sync5Mutex")), Class::Neutral);
        assert_eq!(class_of(&of("4sync5mutex5Mutex")), Class::Neutral);
        // Of a type that is called so, in a crate of the user's.
        let guard = "INtNtNtCs77_14explore_engine4sync5mutex5MutexNtCs12_1q5GuardE";
        assert_eq!(class_of(&drop(guard)), Class::Neutral);
        assert_eq!(class_of("_RNvCs1234_5trace4bump"), Class::User);
        assert_eq!(class_of(&drop("NtCs1234_7mycrate3Foo")), Class::User);
        assert_eq!(class_of(&drop("NCNvCs1234_7mycrate4main0")), Class::User);
        assert_eq!(class_of(&drop("INtNtB4_6option6OptionNtCs1234_7mycrate3FooE")), Class::Neutral);
    }

    #[test]
    fn what_is_done_to_a_value_in_its_place_is_the_user_s() {
        let dropped = |of: &str| {
            let drop = "NtNtNtCsgE_4core3ops4drop4Drop4drop";
            class_of(&format!("_RNvXs_NtCslN_5alloc3vec{of}{drop}Cs1234_7mycrate"))
        };
        assert_eq!(dropped("INtB4_3VecmE"), Class::User);
        let of = |what: &str| dropped(&format!("INtB4_3VecNtNtCs77_14explore_engine{what}E"));
        assert_eq!(of("4sync5Mutex"), Class::User);
        assert_eq!(of("5spawn6Packet"), Class::Neutral);
        assert_eq!(dropped("INtB4_3VecNCNvNtCs77_14explore_engine5spawn5start0E"), Class::Neutral);
        let flag = "_RNvXsm_NtCsgE_4core4cellNtB5_9BorrowRefNtNtNtB7_3ops4drop4Drop4drop";
        assert_eq!(class_of(flag), Class::User);
        // `std`'s locks are those of the stand-ins.
        let guard = "_RNvXs_NtCsgE_3std4syncINtB4_5GuardmENtNtNtCs1_4core3ops4drop4Drop4drop";
        assert_eq!(class_of(guard), Class::Neutral);
        let lent = "_RNvYNvMs_NtCslN_5alloc3vecINtB4_3VecmE3lenINtNtNtCsgE_4core3ops8function6FnOnceTRmEE9call_once";
        assert_eq!(class_of(lent), Class::User);
        let shown = "NtNtCsgE_4core3fmt5Debug3fmt";
        let lock = "NtNtCs77_14explore_engine4sync5mutex";
        assert_eq!(class_of(&format!("_RNvXs_{lock}INtB4_5MutexmE{shown}")), Class::Neutral);
        // A closure of such a function is handed to a stand-in.
        let within = format!("NCNvXs_Cs1234_7mycrateNtB4_3Foo{shown}0");
        assert_eq!(class_of(&format!("_RINvM{lock}NtB4_5Mutex3new{within}E")), Class::Inside);
    }
}
