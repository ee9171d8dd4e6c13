//! What is outside of the program: it refuses to be explored, in words, and nothing happens to it.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;

use explore_std::explore::{Config, Explorer};
use explore_std::sync::Mutex;
use explore_std::thread;

/// The reason for which a scenario is refused.
fn refused(scenario: fn()) -> String {
    let config = Config { keep_going: false, ..crate::config() };
    let outcome = Explorer::new(config).run("outside", scenario).to_string();
    let reason =
        outcome.strip_prefix("refused: ").unwrap_or_else(|| panic!("not refused: {outcome}"));
    reason.split(", and only").next().unwrap().to_owned()
}

#[test]
fn files_refuse() {
    assert_eq!(
        refused(|| drop(std::fs::write("/nowhere/name", ""))),
        "main opens the file `/nowhere/name`"
    );
    assert_eq!(refused(|| drop(std::fs::read_dir("/tmp"))), "main lists the directory `/tmp`");
}

#[test]
fn nothing_is_done_to_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("kept");
    std::fs::write(&path, "text").unwrap();
    let named: &'static Path = Box::leak(path.clone().into_boxed_path());
    let outcome = Explorer::new(crate::config()).run("outside", move || {
        thread::spawn(move || {
            let _ = std::fs::remove_file(named);
            let _ = std::fs::rename(named, named.with_extension("moved"));
            let _ = std::fs::write(named, "other");
            let _ = std::fs::create_dir(named.with_extension("directory"));
        })
        .join()
        .unwrap();
    });
    assert!(outcome.summary.starts_with("thread 1 removes the file"), "{outcome}");
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(
        (left, std::fs::read_to_string(&path).unwrap()),
        (vec!["kept".into()], "text".to_owned())
    );
}

#[test]
fn sockets_and_hosts_refuse() {
    assert_eq!(refused(|| drop(TcpListener::bind("127.0.0.1:0"))), "main opens a socket");
    assert_eq!(refused(|| drop(UdpSocket::bind("127.0.0.1:0"))), "main opens a socket");
    assert_eq!(
        refused(|| drop(TcpListener::bind("localhost:0"))),
        "main looks up the host `localhost`"
    );
}

#[test]
fn processes_refuse() {
    assert_eq!(refused(|| drop(Command::new("true").status())), "main starts the program `true`");
    assert_eq!(
        refused(|| drop(std::io::pipe())),
        "main opens a pipe, as who starts a process does"
    );
}

#[test]
fn outside_of_an_execution_all_of_it_works() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, "text").unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
    assert!(Command::new("true").status().unwrap().success());
    drop(TcpListener::bind("127.0.0.1:0").unwrap());
}

/// Two threads use the environment, and nothing orders them: that is no proof of the order which was seen.
#[test]
fn an_environment_that_threads_use_in_any_order_refuses() {
    let orders = "nothing orders the two, so that only one order can be explored; have a lock or a join order them";
    let reads = refused(|| {
        // SAFETY: explored threads are one to the system.
        let other = thread::spawn(|| unsafe { std::env::set_var("EI_UNORDERED", "1") });
        let _ = std::env::var("EI_UNORDERED");
        other.join().unwrap();
    });
    let what = "changes the environment variable `EI_UNORDERED`, which main reads";
    assert_eq!(reads, format!("thread 1 {what}, and {orders}"));
    // What is ordered is explored, in each of its orders.
    let outcome = crate::expect(&["false", "true"], || {
        let lock = Mutex::new(());
        // SAFETY: as above.
        unsafe { std::env::set_var("EI_BEFORE", "1") };
        thread::scope(|scope| {
            scope.spawn(|| {
                let _guard = lock.lock();
                assert!(std::env::var("EI_BEFORE").is_ok());
                // SAFETY: as above.
                unsafe { std::env::set_var("EI_ORDERED", "1") };
            });
            let _guard = lock.lock();
            std::env::var("EI_ORDERED").is_ok().to_string()
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn the_working_directory_refuses() {
    assert_eq!(
        refused(|| drop(std::env::set_current_dir("/"))),
        "main changes the working directory to `/`"
    );
}
