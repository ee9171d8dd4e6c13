//! A user id that nobody else has, for the programs that root jails.

use rustix::process::getpid;
use rustix::thread::{CapabilitySet, capabilities};
use std::fs;
use std::os::unix::fs::MetadataExt;

/// The upper end of what is neither users', nor containers', nor reserved:
/// systemd's table of user ids calls 1879048192 to 2147483647 unused.
const UNUSED: std::ops::Range<u32> = 1_879_048_192..2_147_483_647;

/// In a container with few ids, above those that distributions give out.
const IN_CONTAINER: std::ops::Range<u32> = 20_000..60_000;

/// The id for this run, or `None` where this process cannot change its id.
///
/// It follows from the process id, which no other run has at the same time.
/// Containers on one machine have equal process ids, so that the process
/// namespace is mixed in.
pub(super) fn for_this_run() -> Option<u32> {
    let needed = CapabilitySet::SETUID | CapabilitySet::SETGID;
    if !rustix::process::geteuid().is_root()
        || !capabilities(None).is_ok_and(|sets| sets.effective.contains(needed))
    {
        return None;
    }
    let pid = getpid().as_raw_nonzero().get() as u64;
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |link| link.ino());
    // 4 194 304 is the largest process id; 64 namespaces fit without overlap.
    let number = pid + (namespace % 64) * (1 << 22);
    let maps = [fs::read_to_string("/proc/self/uid_map"), fs::read_to_string("/proc/self/gid_map")]
        .map(Result::unwrap_or_default);
    [UNUSED, IN_CONTAINER].into_iter().find_map(|range| {
        let id = range.start + (number % u64::from(range.end - range.start)) as u32;
        maps.iter().all(|map| is_mapped(map, id)).then_some(id)
    })
}

/// Whether the user namespace whose map this is has the id. Lines are: first
/// id inside, first id outside, how many.
fn is_mapped(map: &str, id: u32) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<u64>());
        let (Some(Ok(first)), Some(Ok(_)), Some(Ok(count))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return false;
        };
        (first..first + count).contains(&u64::from(id))
    })
}

#[cfg(test)]
mod tests {
    use super::is_mapped;

    #[test]
    fn a_map_has_the_ids_of_its_lines() {
        assert!(is_mapped("         0          0 4294967295\n", 2_000_000_000));
        let container = "0 1000 1\n1 100000 65536\n";
        assert!(is_mapped(container, 0) && is_mapped(container, 65_536));
        assert!(!is_mapped(container, 65_537) && !is_mapped("", 0));
    }
}
