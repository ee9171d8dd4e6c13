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

/// The crate of which a symbol names something, in either of Rust's ways to make symbols.
fn crate_of(symbol: &str) -> Option<&str> {
    let sized = |text: &str| -> Option<(usize, usize)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        Some((digits, text.get(..digits)?.parse().ok()?))
    };
    if let Some(path) = symbol.strip_prefix("_ZN") {
        let (digits, length) = sized(path)?;
        let first = path.get(digits..digits + length)?;
        // Of an `impl` the type comes first.
        let first = first.trim_start_matches("_$LT$").trim_start_matches('_');
        return Some(first.split(['.', '$']).next().unwrap_or(first));
    }
    let path = symbol.strip_prefix("_R")?;
    let root = path.find("Cs")? + 2;
    let name = root + path.get(root..)?.find('_')? + 1;
    let (digits, length) = sized(path.get(name..)?)?;
    let start = name + digits;
    // An underscore keeps digits apart from a name that begins with one.
    let start = start + usize::from(path.get(start..)?.starts_with('_'));
    path.get(start..start + length)
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
    use super::{OTHERS, crate_of};

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
            let others = || {
                let owner = name(symbol.st_name).and_then(crate_of);
                owner.is_none_or(|owner| OTHERS.contains(&owner))
            };
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
    use super::{all, crate_of};

    #[test]
    fn a_symbol_says_whose_it_is() {
        for (symbol, owner) in [
            ("_ZN3std6thread8ThreadId3new7COUNTER17h0123456789abcdefE", Some("std")),
            ("_ZN57_$LT$std..io..Stdout$u20$as$u20$core..fmt..Debug$GT$3fmt1S17h00E", Some("std")),
            ("_ZN6cliffs4LEFT17h0123456789abcdefE", Some("cliffs")),
            ("_RNvCs1234_7mycrate4LEFT", Some("mycrate")),
            ("_RNvNtCshIyU9_3std6thread7COUNTER", Some("std")),
            ("_RNvNtCsh_8_8queuesx1S", Some("8queuesx")),
            ("completed.0", None),
        ] {
            assert_eq!(crate_of(symbol), owner, "{symbol}");
        }
    }
    #[test]
    fn the_engine_s_own_are_not_the_program_s() {
        static mut OURS: u64 = 3;
        let address = (&raw const OURS).addr();
        assert!(!all().iter().any(|range| (range.0..range.1).contains(&address)));
    }
}
