//! What starting, ending and joining a process means.

use ch08_multiprocessing::{
    Child, Connection, JoinError, Process, RecvError, StartError, StartMethod, StillRuns,
    active_children, current_name, pipe,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;
use test_support::trials;

const BOTH: [StartMethod; 2] = [StartMethod::Spawn, StartMethod::Fork];
const LONG: Duration = Duration::from_secs(3600);
/// After this long without an answer a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("the_exit_code_says_what_the_function_returned", exit_codes),
            ("a_signal_is_a_negative_exit_code", signals),
            ("ending_what_has_ended_does_nothing", late_kill),
            ("only_what_has_ended_can_be_closed", closing),
            ("join_with_a_time_out_gives_none_and_then_the_code", time_outs),
            ("many_threads_can_join_one_child", many_joins),
            ("the_list_of_active_children_forgets_those_that_ended", children_list),
            ("arguments_larger_than_a_socket_arrive", large_arguments),
            ("arguments_that_cannot_be_serialised_start_nothing", unserialisable),
            ("arguments_that_cannot_be_read_are_exit_code_1", unreadable),
            ("a_child_has_children_of_its_own", grandchildren),
            ("a_fork_is_refused_while_another_thread_exists", fork_refused),
            ("a_copy_of_the_parent_cannot_join_its_children", join_elsewhere),
            ("an_exit_code_that_was_collected_elsewhere_is_lost", lost),
            ("the_sentinel_becomes_readable_at_the_end", sentinel),
            ("a_daemon_dies_with_a_parent_that_is_killed", daemon_dies),
            ("a_daemon_outlives_the_thread_that_started_it", daemon_and_thread),
        ],
    );
}

fn return_code(code: i32) -> i32 {
    code
}

fn fail(_: ()) -> Result<(), String> {
    Err("this line on standard error belongs to a test".to_owned())
}

fn panic_now(_: ()) {
    panic!("this panic belongs to a test");
}

fn exit_codes() {
    for method in BOTH {
        let code = |code| Process::new(return_code, code).method(method).start().unwrap().join();
        assert_eq!(code(0).unwrap(), 0);
        assert_eq!(code(7).unwrap(), 7);
        assert_eq!(Process::new(fail, ()).method(method).start().unwrap().join().unwrap(), 1);
        assert_eq!(Process::new(panic_now, ()).method(method).start().unwrap().join().unwrap(), 1);
        let exits = |_: ()| std::process::exit(3);
        let exits: fn(()) = exits;
        assert_eq!(Process::new(exits, ()).method(method).start().unwrap().join().unwrap(), 3);
    }
}

/// Lives until the connection ends.
fn wait_for_end(mut connection: Connection) {
    while connection.recv::<()>().is_ok() {}
}

fn waiting(method: StartMethod) -> (Connection, Child) {
    let (ours, theirs) = pipe().unwrap();
    // A forked child has a copy of `ours` too, so it never sees its end: kill such a child.
    (ours, Process::new(wait_for_end, theirs).method(method).start().unwrap())
}

fn signals() {
    for method in BOTH {
        let (_ours, child) = waiting(method);
        child.terminate().unwrap();
        assert_eq!(child.join().unwrap(), -15);
        let (_ours, child) = waiting(method);
        child.kill().unwrap();
        assert_eq!(child.join().unwrap(), -9);
    }
}

fn late_kill() {
    let child = Process::new(return_code, 0).start().unwrap();
    assert_eq!(child.join().unwrap(), 0);
    child.kill().unwrap();
    child.terminate().unwrap();
    assert_eq!(child.join().unwrap(), 0);
    assert_eq!(child.exit_code(), Some(0));
}

fn closing() {
    let (ours, child) = waiting(StartMethod::Spawn);
    let StillRuns(child) = child.close().unwrap_err();
    drop(ours);
    assert_eq!(child.join().unwrap(), 0);
    child.close().unwrap();
}

fn time_outs() {
    let (ours, child) = waiting(StartMethod::Spawn);
    assert_eq!(child.join_timeout(Duration::ZERO).unwrap(), None);
    assert_eq!(child.join_timeout(Duration::from_millis(1)).unwrap(), None);
    assert!(child.is_alive());
    assert_eq!(child.exit_code(), None);
    drop(ours);
    assert_eq!(child.join_timeout(LONG).unwrap(), Some(0));
    assert_eq!(child.join_timeout(Duration::MAX).unwrap(), Some(0));
    assert!(!child.is_alive());
}

fn many_joins() {
    let (ours, child) = waiting(StartMethod::Spawn);
    let joins: Vec<_> = (0..4)
        .map(|_| {
            let child = child.clone();
            thread::spawn(move || child.join().unwrap())
        })
        .collect();
    drop(ours);
    for join in joins {
        assert_eq!(join.join().unwrap(), 0);
    }
}

fn children_list() {
    let (ours, child) = waiting(StartMethod::Spawn);
    assert!(active_children().iter().any(|other| other.pid() == child.pid()));
    drop(ours);
    child.join().unwrap();
    assert!(active_children().iter().all(|other| other.pid() != child.pid()));
}

fn count_bytes((bytes, mut back): (Vec<u8>, Connection)) {
    back.send(&(bytes.len(), bytes.iter().map(|&b| u64::from(b)).sum::<u64>())).unwrap();
}

fn large_arguments() {
    for method in BOTH {
        let (mut ours, theirs) = pipe().unwrap();
        let size = 5_000_000;
        let child = Process::new(count_bytes, (vec![3; size], theirs)).method(method).start();
        assert_eq!(ours.recv::<(usize, u64)>().unwrap(), (size, 3 * size as u64));
        assert_eq!(child.unwrap().join().unwrap(), 0);
    }
}

/// A value with one of the two ways missing.
struct Stubborn {
    can_be_written: bool,
}

impl Serialize for Stubborn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.can_be_written {
            true => serializer.serialize_unit(),
            false => Err(ser::Error::custom("not this one")),
        }
    }
}

impl<'de> Deserialize<'de> for Stubborn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Stubborn, D::Error> {
        Err(de::Error::custom("not this one"))
    }
}

fn take_stubborn(_: Stubborn) {}

fn unserialisable() {
    let before = active_children().len();
    let error = Process::new(take_stubborn, Stubborn { can_be_written: false }).start();
    assert!(matches!(error, Err(StartError::Arguments(_))), "{error:?}");
    assert_eq!(active_children().len(), before);
}

fn unreadable() {
    let child = Process::new(take_stubborn, Stubborn { can_be_written: true }).start().unwrap();
    assert_eq!(child.join().unwrap(), 1);
}

fn ask_grandchild(depth: i32) -> i32 {
    if depth == 0 {
        return 40;
    }
    let child = Process::new(ask_grandchild, depth - 1).start();
    1 + child.map_or(100, |child| child.join().unwrap_or(100))
}

fn grandchildren() {
    for method in BOTH {
        let child = Process::new(ask_grandchild, 2).method(method).start().unwrap();
        assert_eq!(child.join().unwrap(), 42);
    }
}

fn fork_refused() {
    let (mut ours, mut theirs) = pipe().unwrap();
    let other = thread::spawn(move || theirs.recv::<()>());
    let error = Process::new(return_code, 0).method(StartMethod::Fork).start().unwrap_err();
    assert!(matches!(error, StartError::Threads { threads } if threads >= 2), "{error}");
    ours.send(&()).unwrap();
    other.join().unwrap().unwrap();
}

static INHERITED: OnceLock<Child> = OnceLock::new();

fn join_inherited(_: ()) -> i32 {
    let child = INHERITED.get().unwrap();
    let refused = matches!(child.join(), Err(JoinError::NotOurChild { .. }));
    i32::from(refused && child.is_alive() && active_children().is_empty())
}

fn join_elsewhere() {
    let (_ours, child) = waiting(StartMethod::Spawn);
    let child = INHERITED.get_or_init(|| child);
    let copy = Process::new(join_inherited, ()).method(StartMethod::Fork).start().unwrap();
    assert_eq!(copy.join().unwrap(), 1);
    child.kill().unwrap();
    assert_eq!(child.join().unwrap(), -9);
}

fn lost() {
    let (ours, child) = waiting(StartMethod::Spawn);
    drop(ours);
    let pid = rustix::process::Pid::from_raw(child.pid() as i32);
    rustix::process::waitpid(pid, rustix::process::WaitOptions::empty()).unwrap();
    assert!(matches!(child.join(), Err(JoinError::Lost { .. })));
    assert!(!child.is_alive());
    assert_eq!(child.exit_code(), None);
}

fn sentinel() {
    use rustix::event::{PollFd, PollFlags, poll};
    let (ours, child) = waiting(StartMethod::Spawn);
    let sentinel = child.sentinel();
    let mut set = [PollFd::from_borrowed_fd(sentinel.as_fd(), PollFlags::IN)];
    assert_eq!(poll(&mut set, Some(&Default::default())).unwrap(), 0);
    drop(ours);
    assert_eq!(poll(&mut set, None).unwrap(), 1);
    child.join().unwrap();
}

/// Says its name, then lives until the connection ends.
fn name_and_wait(mut connection: Connection) {
    connection.send(&current_name()).unwrap();
    wait_for_end(connection);
}

/// Starts a daemon that has the connection, and waits for ever.
fn keep_a_daemon((method, connection, hold): (bool, Connection, Connection)) {
    let method = if method { StartMethod::Fork } else { StartMethod::Spawn };
    let daemon = Process::new(name_and_wait, connection).name("d").daemon(true).method(method);
    let _daemon = daemon.start().unwrap();
    wait_for_end(hold);
}

fn daemon_dies() {
    for fork in [false, true] {
        let (mut ours, theirs) = pipe().unwrap();
        let (_hold, held) = pipe().unwrap();
        let parent = Process::new(keep_a_daemon, (fork, theirs, held)).start().unwrap();
        assert_eq!(ours.recv::<String>().unwrap(), "d");
        parent.kill().unwrap();
        assert_eq!(parent.join().unwrap(), -9);
        // Only the daemon has the other end. It does not end by itself.
        assert!(matches!(ours.recv_timeout::<String>(PATIENCE), Err(RecvError::Closed)));
    }
}

fn daemon_and_thread() {
    let (mut ours, theirs) = pipe().unwrap();
    let start = || Process::new(name_and_wait, theirs).name("d").daemon(true).start().unwrap();
    let child = thread::scope(|scope| scope.spawn(start).join().unwrap());
    assert_eq!(ours.recv::<String>().unwrap(), "d");
    assert!(child.is_alive());
    drop(ours);
    assert_eq!(child.join().unwrap(), 0);
}
