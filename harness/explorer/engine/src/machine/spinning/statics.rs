//! The program's plain `static`s: memory that nobody allocates. A loop may count in one.
//!
//! Where they lie, the symbols of the executable tell. What belongs to `std`, to this engine, and to what it is made of, is left out: it
//! may be written by threads that are not explored. Of a program without symbols nothing is known.

use std::sync::OnceLock;

/// Crates whose statics are not the program's.
const OTHERS: [&str; 12] = [
    "std",
    "core",
    "alloc",
    "test",
    "explore_engine",
    "explore_std",
    "explore_core",
    "corosensei",
    "libc",
    "serde",
    "serde_json",
    "hashbrown",
];

/// The plain statics of the program, as address ranges.
pub fn all() -> &'static [(usize, usize)] {
    static ALL: OnceLock<Vec<(usize, usize)>> = OnceLock::new();
    ALL.get_or_init(|| find().unwrap_or_default())
}

/// Names that are not Rust's and that compilers and linkers put into an executable, or the beginnings of such names.
const OF_THE_LINKER: [&str; 9] = [
    "_DYNAMIC",
    "_GLOBAL_OFFSET_TABLE_",
    "__TMC_",
    "__do_global_dtors_aux",
    "__dso_handle",
    "__frame_dummy_init_array",
    "_rust_extern_with_linkage_",
    "DW.ref.",
    "completed.",
];

/// Whether a symbol names something that is not the program's.
fn is_others(symbol: &str) -> bool {
    match crates_of(symbol) {
        // Of an `impl` the type may be another crate's, and the trait one's own, or what is in either.
        Some(crates) => crates.iter().all(|name| OTHERS.contains(name)),
        // A variable of a shared library that was copied into the executable has that library's version behind an `@`.
        None => symbol.contains('@') || OF_THE_LINKER.iter().any(|name| symbol.starts_with(name)),
    }
}

/// The crates of which a symbol names something, in either of Rust's ways to make symbols; nothing if it is another name, as `#[no_mangle]` leaves it.
fn crates_of(symbol: &str) -> Option<Vec<&str>> {
    let sized = |text: &str| -> Option<(usize, usize)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        Some((digits, text.get(..digits)?.parse().ok()?))
    };
    if let Some(path) = symbol.strip_prefix("_ZN") {
        let (digits, length) = sized(path)?;
        let first = path.get(digits..digits + length)?;
        if !first.contains('$') {
            return Some(vec![first]);
        }
        // An `impl`: a path begins where no `..` is before.
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins = first.match_indices("..").filter_map(|(end, _)| {
            let before = &first[..end];
            let start = before.bytes().rposition(|byte| !is_name(byte)).map_or(0, |at| at + 1);
            let is_inner = before[..start].ends_with("..");
            (!is_inner && start < end).then(|| before[start..].trim_start_matches('_'))
        });
        return Some(begins.collect());
    }
    let path = symbol.strip_prefix("_R")?;
    let root = path.find("Cs")? + 2;
    let name = root + path.get(root..)?.find('_')? + 1;
    let (digits, length) = sized(path.get(name..)?)?;
    let start = name + digits;
    // An underscore keeps digits apart from a name that begins with one.
    let start = start + usize::from(path.get(start..)?.starts_with('_'));
    Some(vec![path.get(start..start + length)?])
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn find() -> Option<Vec<(usize, usize)>> {
    let bytes = std::fs::read("/proc/self/exe").ok()?;
    let mut ranges = elf::objects(&bytes, elf::loaded_at())?;
    // Neighbours become one.
    ranges.sort_unstable();
    ranges.dedup_by(|next, before| {
        let joins = next.0 <= before.1;
        before.1 = if joins { before.1.max(next.1) } else { before.1 };
        joins
    });
    Some(ranges)
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn find() -> Option<Vec<(usize, usize)>> {
    None
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod elf {
    use super::is_others;

    /// `SHT_SYMTAB`
    const SYMBOLS: u32 = 2;
    /// `STT_OBJECT`
    const OBJECT: u8 = 1;
    /// `SHF_WRITE`
    const WRITE: u64 = 1;

    /// How far the executable lies from where its symbols say.
    pub fn loaded_at() -> usize {
        unsafe extern "C" fn visit(
            info: *mut libc::dl_phdr_info,
            _: libc::size_t,
            found: *mut libc::c_void,
        ) -> libc::c_int {
            // SAFETY: the linker passes a valid description, and `found` is what is passed to `dl_iterate_phdr` below. The first is the executable.
            unsafe { *found.cast::<usize>() = (*info).dlpi_addr as usize };
            1
        }
        let mut found = 0_usize;
        // SAFETY: `visit` has the signature that is asked for, and is called only during this call, while `found` lives.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut found).cast()) };
        found
    }

    /// A value at an offset.
    fn read<T: Copy>(bytes: &[u8], at: usize) -> Option<T> {
        let bytes = bytes.get(at..at.checked_add(size_of::<T>())?)?;
        // SAFETY: as many bytes as the value has; only C structures of numbers are read.
        Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
    }

    /// The writable objects of the program.
    pub fn objects(bytes: &[u8], base: usize) -> Option<Vec<(usize, usize)>> {
        let header: libc::Elf64_Ehdr = read(bytes, 0)?;
        let section = |number: usize| {
            let size = usize::from(header.e_shentsize);
            read::<libc::Elf64_Shdr>(bytes, header.e_shoff as usize + number * size)
        };
        let sections: Vec<_> = (0..usize::from(header.e_shnum)).map_while(section).collect();
        let symbols = sections.iter().find(|section| section.sh_type == SYMBOLS)?;
        let names = sections.get(symbols.sh_link as usize)?;
        let name = |offset: u32| {
            let rest = bytes.get(names.sh_offset as usize + offset as usize..)?;
            let length = rest.iter().position(|&byte| byte == 0)?;
            std::str::from_utf8(&rest[..length]).ok()
        };
        let mut found = Vec::new();
        let size = size_of::<libc::Elf64_Sym>();
        for number in 0..symbols.sh_size as usize / size {
            let symbol: libc::Elf64_Sym = read(bytes, symbols.sh_offset as usize + number * size)?;
            let is_object = symbol.st_info & 0xF == OBJECT;
            let writable = sections.get(usize::from(symbol.st_shndx)).is_some_and(|section| {
                let (write, name) = (
                    section.sh_flags & WRITE != 0,
                    name_of(bytes, &sections, header.e_shstrndx, section),
                );
                write && !name.is_some_and(|name| name.starts_with(".data.rel.ro"))
            });
            let others = || name(symbol.st_name).is_none_or(is_others);
            if is_object && writable && symbol.st_size > 0 && !others() {
                let start = base + symbol.st_value as usize;
                found.push((start, start + symbol.st_size as usize));
            }
        }
        Some(found)
    }

    fn name_of<'a>(
        bytes: &'a [u8],
        sections: &[libc::Elf64_Shdr],
        names: u16,
        section: &libc::Elf64_Shdr,
    ) -> Option<&'a str> {
        let start = sections.get(usize::from(names))?.sh_offset as usize + section.sh_name as usize;
        let rest = bytes.get(start..)?;
        let length = rest.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&rest[..length]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{all, crates_of, is_others};

    #[test]
    fn a_symbol_says_whose_it_is() {
        for (symbol, crates) in [
            ("_ZN3std6thread8ThreadId3new7COUNTER17h0123456789abcdefE", &["std"][..]),
            (
                "_ZN57_$LT$std..io..Stdout$u20$as$u20$core..fmt..Debug$GT$3fmt1S17h00E",
                &["std", "core"],
            ),
            (
                "_ZN60_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$mine..Tr..Looks$GT$1f1N17h00E",
                &["alloc", "mine"],
            ),
            ("_ZN31_$LT$u32$u20$as$u20$mine..Tr$GT$1f1N17h00E", &["mine"]),
            ("_ZN6cliffs4LEFT17h0123456789abcdefE", &["cliffs"]),
            ("_RNvCs1234_7mycrate4LEFT", &["mycrate"]),
            ("_RNvNtCshIyU9_3std6thread7COUNTER", &["std"]),
            ("_RNvNtCsh_8_8queuesx1S", &["8queuesx"]),
        ] {
            assert_eq!(crates_of(symbol).as_deref(), Some(crates), "{symbol}");
        }
        for name in ["completed.0", "LOOKS", "__count", "environ@GLIBC_2.2.5"] {
            assert_eq!(crates_of(name), None, "{name}");
        }
    }

    #[test]
    fn what_has_a_name_of_its_own_is_the_program_s() {
        for name in ["LOOKS", "__count", "_ZN31_$LT$u32$u20$as$u20$mine..Tr$GT$1f1N17h00E"] {
            assert!(!is_others(name), "{name}");
        }
        let of_libraries = ["environ@GLIBC_2.2.5", "stdout@@GLIBC_2.2.5"];
        let of_the_linker = ["completed.0", "__TMC_END__", "__dso_handle", "_DYNAMIC"];
        for name in of_libraries.into_iter().chain(of_the_linker) {
            assert!(is_others(name), "{name}");
        }
    }

    #[test]
    fn the_engine_s_own_are_not_the_program_s() {
        static mut OURS: u64 = 3;
        let address = (&raw const OURS).addr();
        assert!(!all().iter().any(|range| (range.0..range.1).contains(&address)));
    }
}
