//! Makes the order of `HashMap`s the same in every execution.
//!
//! `std` takes random keys once for each thread of the operating system and counts them up for each `RandomState`. All explored
//! threads share one, so each gets keys of its own while it runs: how many maps the others have made meanwhile must not be seen. The keys have no
//! name that could be reached; they are found by their value in the thread's own data, and only if putting them back is seen to work.

use std::hash::RandomState;

/// Keys that nobody has by chance.
const FIRST: [u64; 2] = [0x5EED, 0xE7E1];

std::thread_local! {
    /// Where the thread's keys are; 0 if that is not known.
    static PLACE: usize = find().unwrap_or(0);
}

std::thread_local! {
    /// The bounds of the data of this thread of the operating system.
    static DATA: (usize, usize) = thread_data().unwrap_or((0, 0));
}

/// Whether this lies in the data of this thread of the operating system. Each explored thread would have one of its own, and the program's
/// thread-locals do not lie there: what is there is std's, such as the keys, and the engine's.
pub fn is_of_the_system_thread(address: usize) -> bool {
    DATA.with(|(start, end)| (*start..*end).contains(&address))
}

/// The keys of a new `RandomState`.
fn new_keys() -> [u64; 2] {
    const { assert!(size_of::<RandomState>() == size_of::<[u64; 2]>()) };
    // SAFETY: both are 16 bytes of integers: `RandomState` is two keys. Were they something else, the comparison below would fail.
    unsafe { std::mem::transmute::<RandomState, [u64; 2]>(RandomState::new()) }
}

/// Gives the next `RandomState`s of this thread of the operating system these keys, if the place for them is known.
pub fn put(keys: [u64; 2]) {
    let place = PLACE.with(|place| *place);
    if place != 0 {
        write(place, keys);
    }
}

/// The keys of the next `RandomState`.
pub fn next() -> Option<[u64; 2]> {
    let place = PLACE.with(|place| *place);
    // SAFETY: `find` has found two aligned integers there, in the data of this thread.
    (place != 0)
        .then(|| unsafe { std::ptr::with_exposed_provenance::<[u64; 2]>(place).read_volatile() })
}

fn write(place: usize, keys: [u64; 2]) {
    // SAFETY: `find` has found two aligned integers there, in the data of this thread, which nobody else uses meanwhile.
    unsafe { std::ptr::with_exposed_provenance_mut::<[u64; 2]>(place).write(keys) };
}

#[cfg(target_os = "linux")]
fn find() -> Option<usize> {
    let [first, second] = new_keys();
    let next = [first.wrapping_add(1), second];
    let block = thread_data()?;
    let places = (block.0..block.1.saturating_sub(15)).step_by(8);
    let mut found = places.filter(|&place| {
        // SAFETY: the place lies in the thread's data and is aligned. What is there may be of any type; it is only compared.
        unsafe { std::ptr::with_exposed_provenance::<[u64; 2]>(place).read_volatile() == next }
    });
    let place = found.next()?;
    if found.next().is_some() {
        return None;
    }
    write(place, FIRST);
    let works = new_keys() == FIRST;
    write(place, if works { FIRST } else { next });
    works.then_some(place)
}

/// Elsewhere they are not known.
#[cfg(not(target_os = "linux"))]
pub fn thread_data() -> Option<(usize, usize)> {
    None
}

#[cfg(not(target_os = "linux"))]
fn find() -> Option<usize> {
    None
}

/// The bounds of the current thread's data, of the program itself.
#[cfg(target_os = "linux")]
pub fn thread_data() -> Option<(usize, usize)> {
    unsafe extern "C" fn visit(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the linker passes a valid description, and `found` is what is passed to `dl_iterate_phdr` below.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Option<(usize, usize)>>()) };
        for index in 0..usize::from(info.dlpi_phnum) {
            // SAFETY: `dlpi_phdr` points to `dlpi_phnum` headers.
            let header = unsafe { &*info.dlpi_phdr.add(index) };
            if header.p_type == libc::PT_TLS && !info.dlpi_tls_data.is_null() {
                let start = info.dlpi_tls_data.expose_provenance();
                let aligned = start.next_multiple_of(8);
                *found = Some((aligned, start + header.p_memsz as usize));
            }
        }
        // The program comes first; its libraries are not asked.
        1
    }
    let mut found = None;
    // SAFETY: `visit` has the signature that is asked for, and is called only during this call, while `found` lives.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut found).cast()) };
    found
}
