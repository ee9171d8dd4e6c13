//! Which executables give tasks to an executor: its queue orders them, and no other order of them is tried.

use anyhow::Context;
use std::path::Path;

/// What a proof does not speak about where a thread polls several tasks.
pub(crate) const ORDERS: &str =
    "other orders of tasks on one thread: each execution has that of their executor's queue";

/// A crate with an executor; of its functions that take or poll tasks, how their mangled names begin after the crate's, and what they have in them.
struct Executor {
    name: &'static str,
    path: &'static str,
    calls: &'static [&'static str],
}

/// What runs tasks on one thread. A `block_on` alone polls one.
const EXECUTORS: &[Executor] = &[
    Executor {
        name: "tokio",
        path: "5tokio7runtime9scheduler14current_thread",
        calls: &["6Handle5spawn", "6Handle11spawn_local"],
    },
    Executor { name: "tokio", path: "5tokio4task5local", calls: &["8LocalSet"] },
    Executor { name: "async_executor", path: "14async_executor", calls: &["8Executor5spawn"] },
    Executor {
        name: "futures_executor",
        path: "16futures_executor10local_pool",
        calls: &["9LocalPool", "12LocalSpawner"],
    },
    Executor { name: "futures_util", path: "17futures_unordered", calls: &["16FuturesUnordered"] },
];

/// How far behind a path its function is, whatever stands in between.
const NEAR: usize = 60;

/// Whether a crate is one with an executor.
pub(crate) fn is_one(name: &str) -> bool {
    EXECUTORS.iter().any(|executor| executor.name == name)
}

/// Whether what is in an executable gives tasks to one of these crates.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn are_used(executable: &Path, crates: &[String]) -> anyhow::Result<bool> {
    if crates.is_empty() {
        return Ok(false);
    }
    let bytes = std::fs::read(executable)
        .with_context(|| format!("{} cannot be read", executable.display()))?;
    Ok(occur(&bytes, crates))
}

fn occur(bytes: &[u8], crates: &[String]) -> bool {
    let mut linked =
        EXECUTORS.iter().filter(|executor| crates.iter().any(|name| executor.name == name));
    linked.any(|Executor { path, calls, .. }| {
        let path = path.as_bytes();
        let mut found = bytes.windows(path.len()).enumerate().filter(|(_, part)| *part == path);
        found.any(|(at, _)| {
            let behind = at + path.len();
            let near = &bytes[behind..bytes.len().min(behind + NEAR)];
            // A name ends where the next one begins.
            let near = near.split(|byte| *byte == 0).next().unwrap_or_default();
            calls.iter().any(|call| near.windows(call.len()).any(|part| part == call.as_bytes()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_spawns_a_task_is_told_from_who_only_blocks_on_one() {
        let all: Vec<String> = ["tokio", "futures_executor", "futures_util", "async_executor"]
            .map(str::to_owned)
            .into();
        for used in [
            "_RINvNtNtCsi5_5tokio7runtime9scheduler14current_threadNtB6_6Handle5spawnNCNCNvCs1_5tickss_8by_tokio00EB1s_",
            "_ZN5tokio7runtime9scheduler14current_thread6Handle5spawn17h0123456789abcdefE",
            "_RNvMs_NtNtCsi5_5tokio4task5localNtB4_8LocalSet3new",
            "_RINvMs_Cs7_14async_executorNtB5_8Executor5spawnNCNvCs1_1a1b0E",
            "_RNvMs_NtCs7_16futures_executor10local_poolNtB4_9LocalPool3run",
            "_RNvMs_NtNtCs7_12futures_util6stream17futures_unorderedINtB4_16FuturesUnorderedNtE3new",
        ] {
            assert!(occur(format!("\0.text\0{used}\0").as_bytes(), &all), "{used}");
            assert!(!occur(format!("\0{used}\0").as_bytes(), &[]), "{used}");
        }
        for not in [
            "_RINvMs0_NtNtNtCsi5_5tokio7runtime9scheduler14current_threadNtB5_13CurrentThread8block_onNCNvCs1_1a1b0EB1u_",
            "_RINvNtCs7_16futures_executor10local_pool8block_onNCNvCs1_1a1b0E",
            "_RNvNtCs7_16futures_executor10local_pool\0_9LocalPool",
            "5tokio7runtime9scheduler14current_thread",
        ] {
            assert!(!occur(format!("\0{not}\0").as_bytes(), &all), "{not}");
        }
        assert!(is_one("tokio") && !is_one("tokio_util"));
    }

    #[test]
    fn a_file_that_is_not_there_is_no_answer() {
        assert!(are_used(Path::new("/nowhere"), &["tokio".to_owned()]).is_err());
        assert!(!are_used(Path::new("/nowhere"), &[]).unwrap());
    }
}
