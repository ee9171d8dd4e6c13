//! Every public function of chapters 8 to 12 has a row in its chapter's `tests/faults.rs`, where it is called while something
//! runs out, or takes nothing that could. A new one fails here until it is said which. Reads the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 5] =
    ["08-multiprocessing", "09-shared-data", "10-pool", "11-thread-pool", "12-coroutines"];

/// Not of the library: the programs, the steps on the road, and what lies in a private module.
const LEFT_OUT: [&str; 5] =
    ["main.rs", "programs", "naive.rs", "correct.rs", "11-thread-pool/src/thread_pool/books.rs"];

/// It asks the system for nothing: it says what it has, or works on that.
const NOTHING: &str = "nothing";

/// It asks a manager, by the thread's connection: what may be lacking is that, whichever method it is.
const CALL: &str = "a proxy's first call in a thread";

/// What is there once the system has given it.
const THERE: &str = "what is there already";
const WAITS: &str = "what waits, and for a time";

/// The file under its chapter's `src`, the row, and the functions.
type Entry = (&'static str, &'static str, &'static str);

const PROCESSES: &[Entry] = &[
    ("child.rs", "Child::join", "join"),
    ("child.rs", "Child::join_timeout", "join_timeout"),
    ("child.rs", "Child::terminate", "terminate"),
    ("child.rs", "Child::kill", "kill"),
    ("child.rs", THERE, "exit_code is_alive close"),
    ("child.rs", NOTHING, "pid name is_daemon sentinel"),
    ("children.rs", "active_children", "active_children"),
    ("children.rs", NOTHING, "cpu_count"),
    ("connection.rs", "pipe", "pipe"),
    ("connection.rs", "Connection::send, recv of a value", "send recv recv_timeout"),
    ("connection.rs", WAITS, "wait wait_timeout"),
    ("connection.rs", "Process::start, spawn", "recv_while"),
    ("connection.rs", NOTHING, "split"),
    ("descriptor.rs", "Message::try_clone", "try_clone"),
    ("entry.rs", "Process::start, spawn", "init"),
    ("entry.rs", NOTHING, "current_name"),
    ("function.rs", NOTHING, "new each each_pair call to_raw from_raw"),
    ("message.rs", "Message::encode of a descriptor", "encode"),
    ("message.rs", "Connection::recv of a descriptor", "decode"),
    ("message.rs", "Message::try_clone", "try_clone"),
    ("message.rs", NOTHING, "bytes"),
    ("process.rs", "Process::start, fork", "start"),
    ("process.rs", NOTHING, "new name method daemon allow_threads"),
    ("reason.rs", NOTHING, "new keep"),
    ("receiver.rs", "Connection::recv of a descriptor", "recv recv_timeout recv_message"),
    ("receiver.rs", WAITS, "wait wait_timeout"),
    ("receiver.rs", "Process::start, spawn", "recv_while"),
    ("sender.rs", "Connection::send of a descriptor", "send send_message"),
    ("sender.rs", NOTHING, "nothing_was_sent"),
    ("shared/barrier.rs", "Barrier", "new wait"),
    ("shared/barrier.rs", THERE, "wait_timeout abort reset parties waiting is_broken"),
    ("shared/bounded_semaphore.rs", "BoundedSemaphore", "new permit release"),
    (
        "shared/bounded_semaphore.rs",
        THERE,
        "try_permit permit_timeout try_acquire acquire acquire_timeout available",
    ),
    ("shared/condition.rs", "Condition", "new with_lock lock"),
    (
        "shared/condition.rs",
        WAITS,
        "try_lock lock_timeout underlying wait wait_timeout wait_for wait_for_timeout notify notify_all",
    ),
    ("shared/event.rs", "Event", "new is_set set clear wait wait_timeout"),
    (
        "shared/lock.rs",
        "Lock",
        "new lock try_lock lock_timeout acquire try_acquire acquire_timeout release is_locked",
    ),
    ("shared/memory.rs", "SharedMemory, small", "new"),
    ("shared/memory.rs", NOTHING, "other number kind body len is_empty"),
    ("shared/owner_died.rs", NOTHING, "into_inner map"),
    ("shared/queue.rs", "Queue, small", "new put try_put get try_get len is_empty capacity"),
    ("shared/queue.rs", WAITS, "put_timeout get_timeout"),
    (
        "shared/rlock.rs",
        "RLock",
        "new of memory lock try_lock lock_timeout is_locked is_owned acquire try_acquire \
         acquire_timeout release lock_silently try_lock_silently",
    ),
    (
        "shared/semaphore.rs",
        "Semaphore",
        "new permit try_permit permit_timeout try_acquire acquire acquire_timeout release available",
    ),
];

const SHARED: &[Entry] = &[
    ("any_array.rs", "AnyArray", "new zeroed set"),
    ("any_array.rs", NOTHING, "typecode len is_empty get slice set_slice text get_lock"),
    ("any_value.rs", "AnyValue", "new set"),
    ("any_value.rs", NOTHING, "typecode get get_lock"),
    ("array.rs", "Array, large", "new zeroed set"),
    (
        "array.rs",
        NOTHING,
        "len is_empty get slice set_slice to_vec lock try_lock lock_timeout get_lock",
    ),
    (
        "manager/create.rs",
        "Manager::list, queue, lock",
        "create list dict namespace value array lock rlock semaphore bounded_semaphore condition \
         event barrier queue",
    ),
    ("manager/map.rs", NOTHING, "len is_empty get iter"),
    ("manager/named.rs", "Manager::named", "named named_as forget"),
    ("manager/object.rs", NOTHING, "is_hashable"),
    ("manager/process.rs", "Manager::start", "start shutdown"),
    ("manager/process.rs", "Builder::listen, start", "listen serve"),
    ("manager/process.rs", "Manager::connect", "connect connect_timeout"),
    ("manager/process.rs", "a proxy's other calls", "count"),
    ("manager/process.rs", NOTHING, "key types builder address pid"),
    ("manager/proxy.rs", CALL, "call call_waiting batch"),
    ("manager/proxy.rs", NOTHING, "type_name"),
    ("manager/shared.rs", NOTHING, "register no_method arguments"),
    ("manager/types/array.rs", CALL, "get set len is_empty to_vec"),
    ("manager/types/barrier.rs", CALL, "wait wait_timeout abort reset is_broken waiting"),
    (
        "manager/types/condition.rs",
        CALL,
        "lock try_lock lock_timeout acquire try_acquire acquire_timeout release wait wait_timeout \
         wait_for wait_for_timeout notify notify_all",
    ),
    (
        "manager/types/dict.rs",
        CALL,
        "len is_empty get insert update contains_key set_default remove pop_item clear to_map",
    ),
    ("manager/types/event.rs", CALL, "is_set set clear wait wait_timeout"),
    (
        "manager/types/list.rs",
        CALL,
        "len is_empty get set append extend insert pop remove index count reverse sort clear to_vec",
    ),
    (
        "manager/types/lock.rs",
        CALL,
        "lock try_lock lock_timeout acquire try_acquire acquire_timeout release is_locked",
    ),
    ("manager/types/mod.rs", NOTHING, "as_proxy"),
    ("manager/types/namespace.rs", CALL, "get set remove to_map"),
    (
        "manager/types/queue.rs",
        CALL,
        "put try_put put_timeout get try_get get_timeout task_done join join_timeout len is_empty",
    ),
    (
        "manager/types/rlock.rs",
        CALL,
        "lock try_lock lock_timeout acquire try_acquire acquire_timeout release",
    ),
    (
        "manager/types/semaphore.rs",
        CALL,
        "permit try_permit permit_timeout acquire try_acquire acquire_timeout release",
    ),
    ("raw_array.rs", "RawArray, large", "new zeroed"),
    ("raw_array.rs", NOTHING, "len is_empty load store fetch_add slice set_slice"),
    ("raw_value.rs", "RawValue", "new"),
    ("raw_value.rs", NOTHING, "load store swap compare_exchange fetch_update fetch_add"),
    ("slice.rs", NOTHING, "new step_by reversed"),
    ("typecode.rs", NOTHING, "letter c_name size"),
    ("value.rs", "Value", "new get set lock try_lock lock_timeout get_lock"),
];

const POOL: &[Entry] = &[
    ("builder.rs", "Pool::builder, initializer", "initializer start"),
    ("builder.rs", "tasks_per_child", "tasks_per_child"),
    ("builder.rs", NOTHING, "processes"),
    ("imap.rs", "Pool::imap", "next_timeout"),
    ("mapping.rs", "Pool::map", "map"),
    ("mapping.rs", "Pool::starmap", "starmap"),
    ("mapping.rs", "Pool::map_async, starmap_async, call", "map_async starmap_async"),
    ("mapping.rs", "Pool::imap", "imap"),
    ("mapping.rs", "Pool::imap_unordered", "imap_unordered"),
    // With the feature `programs` only. What SQLite lacks is SQLite's error, which is passed on.
    (
        "pipeline/database.rs",
        NOTHING,
        "connect create_sample prepare chunk append count_copies copies",
    ),
    ("pipeline/table.rs", NOTHING, "position"),
    ("pool.rs", "Pool::new", "new close join"),
    ("pool.rs", "Pool::scope", "scope"),
    ("pool.rs", "Pool::apply", "apply"),
    ("pool.rs", "Pool::apply_async", "apply_async"),
    ("pool.rs", "Pool::map_async, starmap_async, call", "call"),
    ("pool.rs", "a task after its worker was killed", "worker_pids"),
    ("pool.rs", "Pool::terminate", "terminate"),
    ("pool.rs", NOTHING, "builder chunks_of"),
    ("result.rs", "AsyncResult::callback", "callback"),
    ("result.rs", "AsyncResult::error_callback", "error_callback"),
    ("result.rs", NOTHING, "get get_timeout wait wait_timeout ready successful"),
];

const THREADS: &[Entry] = &[
    ("builder.rs", NOTHING, "max_threads max_waiting looks build"),
    ("context.rs", NOTHING, "with give"),
    ("error.rs", NOTHING, "into_task message into_payload"),
    ("guard.rs", NOTHING, "guard defer into_inner"),
    ("task.rs", "ThreadPool::terminate", "run"),
    ("task_handle.rs", "TaskHandle::cancel", "cancel"),
    ("task_handle.rs", "submit, with a thread there", "join join_timeout is_finished"),
    ("thread_pool.rs", NOTHING, "new bounded builder max_threads sizes"),
    ("thread_pool/accept.rs", "ThreadPool::execute", "execute"),
    ("thread_pool/accept.rs", "ThreadPool::try_execute", "try_execute"),
    ("thread_pool/accept.rs", "ThreadPool::execute_timeout", "execute_timeout"),
    ("thread_pool/accept.rs", "ThreadPool::submit", "submit"),
    ("thread_pool/accept.rs", "ThreadPool::try_submit", "try_submit"),
    ("thread_pool/accept.rs", "ThreadPool::submit_timeout", "submit_timeout"),
    ("thread_pool/ending.rs", "ThreadPool::close, join", "close join join_timeout"),
    ("thread_pool/ending.rs", "ThreadPool::terminate", "terminate"),
    ("thread_pool/ending.rs", "ThreadPool::wait_idle", "wait_idle wait_idle_timeout"),
];

const COROUTINES: &[Entry] = &[
    ("greenlet.rs", "Greenlet::new, switch", "new without_run set_run switch throw"),
    (
        "greenlet.rs",
        NOTHING,
        "current main is_main is_dead has_started parent set_parent downgrade",
    ),
    ("greenlet/weak.rs", "Greenlet::new, switch", "switch"),
    ("greenlet/weak.rs", NOTHING, "upgrade"),
    ("hub.rs", "hub::run", "run"),
    ("hub.rs", "Builder::stack_size, run", "new stack_size"),
    ("hub.rs", "hub::spawn, join", "spawn"),
    ("hub.rs", "hub::spawn_later, sleep", "spawn_later sleep"),
    ("hub/error.rs", NOTHING, "message into_payload"),
    ("hub/event.rs", "Event, Queue, JoinHandle", "new is_set set clear wait wait_timeout"),
    ("hub/join.rs", "hub::spawn, join", "join join_all join_all_timeout"),
    ("hub/join.rs", "Event, Queue, JoinHandle", "join_timeout is_finished kill"),
    ("hub/net/listener.rs", "TcpListener::bind", "bind local_addr"),
    ("hub/net/listener.rs", "TcpListener::accept", "accept accept_timeout"),
    ("hub/net/lookup.rs", "lookup", "lookup"),
    ("hub/net/stream.rs", "TcpStream::connect", "connect"),
    ("hub/net/stream.rs", "TcpStream::connect_timeout", "connect_timeout"),
    ("hub/net/stream.rs", "TcpStream::read, write", "set_read_timeout set_write_timeout"),
    ("hub/net/stream.rs", NOTHING, "shutdown peer_addr local_addr"),
    ("hub/queue.rs", "Event, Queue, JoinHandle", "new put put_timeout try_put get get_timeout"),
    ("hub/queue.rs", "Event, Queue, JoinHandle", "try_get"),
    ("hub/queue.rs", NOTHING, "unbounded len is_empty is_full"),
    ("hub/timeout.rs", "hub::timeout", "timeout"),
    ("pages.rs", NOTHING, "parse join address is_https request asked_for"),
    ("pages/answer.rs", NOTHING, "push end"),
    ("pages/sites.rs", "LocalSites", "start urls close"),
    ("pages/sites.rs", NOTHING, "next"),
];

fn table(chapter: &str) -> &'static [Entry] {
    match chapter {
        "08-multiprocessing" => PROCESSES,
        "09-shared-data" => SHARED,
        "10-pool" => POOL,
        "11-thread-pool" => THREADS,
        _ => COROUTINES,
    }
}

fn chapters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The public functions under a folder, as `file name`.
fn public(src: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if LEFT_OUT.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if path.is_dir() {
            public(src, &path, found);
            continue;
        }
        let file = path.strip_prefix(src).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        found.extend(functions(&text).map(|name| format!("{file} {name}")));
    }
}

fn functions(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = ["pub fn ", "pub const fn ", "pub unsafe fn "]
            .iter()
            .find_map(|begin| line.strip_prefix(begin))?;
        rest.split(['(', '<']).next()
    })
}

/// What is wrong with the table of a chapter.
fn faults(chapter: &str, table: &[Entry], rows: &str, public: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut told = BTreeSet::new();
    for (file, row, names) in table {
        if *row != NOTHING && !rows.contains(&format!("\"{row}\"")) {
            faults.push(format!("{chapter}/tests/faults.rs has no row {row:?}"));
        }
        for name in names.split_whitespace() {
            let function = format!("{file} {name}");
            if !public.contains(&function) {
                faults.push(format!("{chapter}: {function} is no public function"));
            }
            if !told.insert(function.clone()) {
                faults.push(format!("{chapter}: {function} stands here twice"));
            }
        }
    }
    let missing = public.difference(&told);
    faults.extend(missing.map(|function| {
        format!(
            "{chapter}: what does {function} come to when something runs out? Give it a row in \
             tests/faults.rs, and name it here"
        )
    }));
    faults
}

#[test]
fn every_public_function_has_a_row_or_takes_nothing() {
    let mut all = Vec::new();
    for chapter in CHAPTERS {
        let src = chapters().join(chapter).join("src");
        let mut found = BTreeSet::new();
        public(&src, &src, &mut found);
        assert!(found.len() > 30, "{chapter}: {}", found.len());
        let rows = fs::read_to_string(chapters().join(chapter).join("tests/faults.rs")).unwrap();
        all.extend(faults(chapter, table(chapter), &rows, &found));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_function_without_a_row_is_seen() {
    let public = |source: &str| functions(source).map(|name| format!("a.rs {name}")).collect();
    let both = public("pub fn one(&self) {}\n    pub const fn two<T>() {}\n    fn own() {}");
    let rows = "(\"One\", one),";
    assert!(
        faults("c", &[("a.rs", "One", "one"), ("a.rs", NOTHING, "two")], rows, &both).is_empty()
    );
    for wrong in [
        &[("a.rs", "One", "one")][..],
        &[("a.rs", "Two", "one two")],
        &[("a.rs", "One", "one two three")],
        &[("a.rs", "One", "one two"), ("a.rs", NOTHING, "two")],
    ] {
        assert_eq!(faults("c", wrong, rows, &both).len(), 1, "{wrong:?}");
    }
}
