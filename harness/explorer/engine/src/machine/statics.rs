//! Values that outlive an execution: `static`s, which every execution must find as the first one did.
//!
//! On its first use an object that lies in the program's writable data is copied, byte by byte; before the first use in a later
//! execution the bytes are put back. For a value that was computed by the compiler that is the value itself: it owns nothing.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Statics {
    /// The writable data of the program and its libraries.
    ranges: Option<Vec<(usize, usize)>>,
    saved: HashMap<usize, Box<[u8]>>,
}

/// The `static`s of the process: they outlive not only executions but explorations.
pub fn all() -> MutexGuard<'static, Statics> {
    static ALL: LazyLock<Mutex<Statics>> = LazyLock::new(Mutex::default);
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Statics {
    /// Whether an address lies in the writable data of the program or of its libraries.
    pub fn is_static(&mut self, address: usize) -> bool {
        let ranges = self.ranges.get_or_insert_with(writable_data);
        ranges.iter().any(|range| (range.0..range.1).contains(&address))
    }

    /// Keeps the bytes if they are a `static`'s.
    pub fn keep(&mut self, (start, length): (*mut u8, usize)) {
        let address = start as usize;
        if length == 0 || !self.is_static(address) {
            return;
        }
        self.saved.entry(address).or_insert_with(|| {
            let mut bytes = vec![0; length].into_boxed_slice();
            // SAFETY: the caller passes memory of an object that it holds a reference to. The bytes may be uninitialised
            // padding; they are only ever copied back to where they came from.
            unsafe { std::ptr::copy_nonoverlapping(start, bytes.as_mut_ptr(), length) };
            bytes
        });
    }

    /// Whether the bytes were kept.
    pub fn knows(&self, (start, length): (*mut u8, usize)) -> bool {
        length == 0 || self.saved.contains_key(&(start as usize))
    }

    /// Puts the bytes back. The value there must have been dropped.
    pub fn restore(&self, (start, length): (*mut u8, usize)) {
        if let Some(bytes) = self.saved.get(&(start as usize)) {
            debug_assert_eq!(bytes.len(), length);
            // SAFETY: `keep` copied as many bytes from the same place, which is the cell of a shared object, so it may be written;
            // nobody else runs, because all threads of the program share this one.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, length) };
        }
    }
}

/// The writable data of the program itself, without its libraries.
pub fn of_the_program() -> Vec<(usize, usize)> {
    segments(true, false)
}

/// What of that is not written any more once the program runs.
pub fn constants_of_the_program() -> Vec<(usize, usize)> {
    segments(true, true)
}

/// The address ranges that the dynamic linker loaded as writable.
fn writable_data() -> Vec<(usize, usize)> {
    segments(false, false)
}

#[cfg(target_os = "linux")]
fn segments(of_the_program_only: bool, constant: bool) -> Vec<(usize, usize)> {
    struct Found {
        ranges: Vec<(usize, usize)>,
        one: bool,
        constant: bool,
    }
    unsafe extern "C" fn visit(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the linker passes a valid description, and `found` is what is passed to `dl_iterate_phdr` below.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Found>()) };
        for index in 0..usize::from(info.dlpi_phnum) {
            // SAFETY: `dlpi_phdr` points to `dlpi_phnum` headers.
            let header = unsafe { &*info.dlpi_phdr.add(index) };
            let wanted = match found.constant {
                true => header.p_type == libc::PT_GNU_RELRO,
                false => header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0,
            };
            if wanted {
                let start = info.dlpi_addr as usize + header.p_vaddr as usize;
                found.ranges.push((start, start + header.p_memsz as usize));
            }
        }
        // The linker names the program first, and goes on for 0.
        found.one.into()
    }
    let mut found = Found { ranges: Vec::new(), one: of_the_program_only, constant };
    // SAFETY: `visit` has the signature that is asked for, and is called only during this call, while `found` lives.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut found).cast()) };
    found.ranges
}

/// Elsewhere no `static` is recognised, and a target that uses one is refused.
#[cfg(not(target_os = "linux"))]
fn segments(_of_the_program_only: bool, _constant: bool) -> Vec<(usize, usize)> {
    Vec::new()
}
