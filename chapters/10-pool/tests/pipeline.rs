//! The preface's pipeline, run as its user runs it: what it leaves in the
//! database, against SQLite and against a real server.
//!
//! The server's tests need `EI_MYSQL_URL`, the URL of a user that may create
//! databases; each makes one of its own and removes it.

mod support {
    pub mod databases;
}

use rustix::process::Signal;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};
use support::databases::{OwnDatabase, Server, SqliteFile, each_once};

fn pipeline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch10-pool"));
    command.arg("pipeline").args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = pipeline(arguments).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = pipeline(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// The rows and marks that the two jobs leave of the sample table.
fn check_sample(database: &dyn OwnDatabase) {
    let url = database.location();
    assert!(refused(&["--database", &url]).contains("--create makes"));
    let text = run(&["--database", &url, "--create"]);
    assert!(text.contains("user_copy has 14 rows:"), "{text}");
    let rows = database.copies();
    let xb = |id: i64| if [1, 5, 7].contains(&id) { "男" } else { "女" };
    let expected: Vec<(i64, String)> =
        (1..=7).flat_map(|id| vec![(id, xb(id).to_owned()); 2]).collect();
    assert_eq!(rows, expected);

    // Everything is marked, whatever the size of the chunks.
    run(&["--database", &url, "--chunk", "3"]);
    let text = run(&["--database", &url, "--once", "--create"]);
    assert!(text.contains("222222: 7 男; copied before"), "{text}");
    assert_eq!(database.copies().len(), 14);

    // A row inserted later belongs to the last chunk, and only it is new.
    database.insert_users(8..=8);
    let text = run(&["--database", &url, "--once"]);
    assert!(text.contains("222222: 7 男, 8 男; 1 copied before"), "{text}");
    assert_eq!(database.copies().len(), 15);
}

/// Killed half-way and started again, it leaves every row once. Every other
/// round also changes the size of the chunks.
fn check_kill(database: &dyn OwnDatabase, key: &str) {
    const ROWS: i64 = 800;
    let url = database.location();
    database.execute(&format!(
        "CREATE TABLE user (id BIGINT, name VARCHAR(40), pwd VARCHAR(40), PRIMARY KEY ({key}))"
    ));
    database.insert_users(1..=ROWS);
    for round in 0..3 {
        let chunk = if round % 2 == 0 { "2" } else { "3" };
        let mut child = pipeline(&["--database", &url, "--once", "--chunk", chunk])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        // A pipe this small holds some hundred lines and nobody reads on: the
        // program cannot be done when it is killed.
        rustix::pipe::fcntl_setpipe_size(&output, 4096).unwrap();
        let mut output = BufReader::with_capacity(64, output);
        for _ in 0..20 {
            assert!(output.read_line(&mut String::new()).unwrap() > 0);
        }
        child.kill().unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap()),
            Some(Signal::KILL.as_raw())
        );
        // The workers die with it; the last of them closes the pipe.
        output.read_to_end(&mut Vec::new()).unwrap();
        let rows = database.copies();
        assert!(!rows.is_empty() && rows.len() < ROWS as usize, "{} rows", rows.len());
        assert!(each_once(&rows));
    }
    let text = run(&["--database", &url, "--once", "--chunk", "50"]);
    assert!(text.contains("copied before") && text.contains("and 780 more"), "{text}");
    let rows = database.copies();
    assert!(rows.len() == ROWS as usize && each_once(&rows));
}

fn server() -> Option<Server> {
    let server = Server::from_environment();
    if server.is_none() {
        eprintln!("skipped: EI_MYSQL_URL is not set, so there is no server to try this on");
    }
    server
}

#[test]
fn sqlite_gets_every_row_twice_and_never_again() {
    check_sample(&SqliteFile::new());
}

#[test]
fn a_server_gets_every_row_twice_and_never_again() {
    if let Some(server) = server() {
        check_sample(&server);
    }
}

#[test]
fn sqlite_killed_half_way_gets_every_row_once() {
    for key in ["id", "name", "pwd, name"] {
        check_kill(&SqliteFile::new(), key);
    }
}

#[test]
fn a_server_whose_client_is_killed_half_way_gets_every_row_once() {
    for key in ["id", "name", "pwd, name"] {
        if let Some(server) = server() {
            check_kill(&server, key);
        }
    }
}

/// A row of `user` as it is in `user_copy`, NULLs included.
const SAME: &str = "SELECT COUNT(*) FROM user AS u, user_copy AS c WHERE u.`the code` = c.`the code` AND u.n = c.n \
     AND COALESCE(u.pwd = c.pwd, u.pwd IS NULL AND c.pwd IS NULL) \
     AND COALESCE(u.amount = c.amount, u.amount IS NULL AND c.amount IS NULL) \
     AND COALESCE(u.made = c.made, u.made IS NULL AND c.made IS NULL) \
     AND COALESCE(u.data = c.data, u.data IS NULL AND c.data IS NULL)";

/// Columns of all kinds, and a key of two of them, of which one is text and neither the first.
fn check_columns(database: &dyn OwnDatabase, prepare: &str) {
    database.execute(
        "CREATE TABLE user (data BLOB, `the code` VARCHAR(20) NOT NULL, n BIGINT NOT NULL, \
         pwd VARCHAR(20), amount DOUBLE, made DATETIME, PRIMARY KEY (`the code`, n))",
    );
    database.execute(prepare);
    let row = |i: i64| match i % 4 {
        0 => format!("(NULL, 'ß{}', {i}, NULL, NULL, NULL)", i / 8),
        1 => format!(
            "(x'00ff{i:02x}', 'b{}', {}, '密码锁', {i}.25, '2024-02-29 23:59:59')",
            i / 8,
            -i
        ),
        2 => format!("(x'', 'A{}', {i}, '', -0.5, '1999-12-31 00:00:00')", i / 8),
        _ => format!("('text', 'a long code', {i}, '1''2', 1e300, NULL)"),
    };
    let rows = |ids: std::ops::Range<i64>| ids.map(row).collect::<Vec<_>>().join(", ");
    database.execute(&format!("INSERT INTO user VALUES {}", rows(0..60)));
    let url = database.location();
    let copied = || database.number("SELECT COUNT(*) FROM user_copy");
    let text = run(&["--database", &url, "--once", "--chunk", "7"]);
    assert!(text.contains("user was read by the code, n"), "{text}");
    assert!(text.contains("data the code n pwd amount made xb"), "{text}");
    assert_eq!((copied(), database.number(SAME)), (60, 60));
    assert_eq!(database.number("SELECT COUNT(*) FROM user_copy WHERE xb = '男'"), 30);
    // Nothing twice, whatever the size of the chunks; and what is new, once.
    let text = run(&["--database", &url, "--once", "--chunk", "4"]);
    assert_eq!(text.matches("; copied before").count(), 15, "{text}");
    database.execute("INSERT INTO user VALUES (NULL, 'ßzz', 1, 'new', NULL, NULL)");
    run(&["--database", &url, "--once", "--chunk", "11"]);
    assert_eq!((copied(), database.number(SAME)), (61, 61));
}

#[test]
fn all_columns_are_copied_whatever_the_key() {
    check_columns(&SqliteFile::new(), "");
    if let Some(server) = server() {
        // Whatever the server's default is.
        check_columns(&server, "ALTER TABLE user CONVERT TO CHARACTER SET utf8mb4");
    }
}

#[test]
fn sqlite_reads_tables_without_a_key_by_its_own_numbers() {
    for create in [
        "CREATE TABLE user (id, name, pwd); INSERT INTO user VALUES (1, '', 'abc'), (1, '', '')",
        "CREATE TABLE user (id TEXT PRIMARY KEY, pwd); INSERT INTO user VALUES (NULL, 'abc'), (NULL, '')",
        "CREATE TABLE user (rowid, pwd); INSERT INTO user VALUES (1, 'abc'), (1, NULL)",
    ] {
        let file = SqliteFile::new();
        file.execute(create);
        for _ in 0..2 {
            let text = run(&["--database", &file.location(), "--once", "--chunk", "1"]);
            assert!(text.contains("rowid") && text.contains("user_copy has 2 rows"), "{text}");
        }
        assert_eq!(file.number("SELECT COUNT(*) FROM user_copy WHERE xb = '男'"), 1, "{create}");
    }
    let file = SqliteFile::new();
    file.execute("CREATE TABLE user (pwd TEXT PRIMARY KEY) WITHOUT ROWID");
    file.execute("INSERT INTO user VALUES ('c'), ('B'), ('a')");
    assert!(run(&["--database", &file.location()]).contains("user_copy has 6 rows"));
}

#[test]
fn both_databases_get_the_same_rows() {
    if let Some(server) = server() {
        let file = SqliteFile::new();
        for database in [&server as &dyn OwnDatabase, &file] {
            database.create_users();
            database.insert_users(1..=100);
            run(&["--database", &database.location(), "--chunk", "7", "--workers", "3"]);
        }
        assert_eq!(server.copies(), file.copies());
    }
}

#[test]
fn two_runs_at_once_copy_every_row_once() {
    let file = SqliteFile::new();
    file.create_users();
    file.insert_users(1..=200);
    let arguments = ["--database", &file.location(), "--once"];
    let runs = [(); 2].map(|()| pipeline(&arguments).stdout(Stdio::null()).spawn().unwrap());
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(file.copies().len(), 200);
    if let Some(server) = server() {
        server.create_users();
        server.insert_users(1..=200);
        let arguments = ["--database", &server.location(), "--once"];
        let runs = [(); 2].map(|()| pipeline(&arguments).stdout(Stdio::null()).spawn().unwrap());
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
        assert_eq!(server.copies().len(), 200);
        assert!(each_once(&server.copies()));
    }
}

#[test]
fn what_cannot_work_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    assert!(refused(&["--database", &path("none.db")]).contains("there is no file"));
    assert!(!directory.path().join("none.db").exists(), "nothing is made without --create");

    std::fs::write(path("text"), "not a database at all, but rather long").unwrap();
    assert!(refused(&["--database", &path("text"), "--create"]).contains("not a database"));
    assert_eq!(std::fs::read(path("text")).unwrap().len(), 38, "and it is left alone");

    let file = SqliteFile::new();
    file.execute(
        "CREATE TABLE all_of_them (id, pwd); CREATE VIEW user AS SELECT * FROM all_of_them",
    );
    assert!(refused(&["--database", &file.location()]).contains("there is no table user"));
    let file = SqliteFile::new();
    file.execute("CREATE TABLE user (id INTEGER PRIMARY KEY, pwd, XB)");
    assert!(refused(&["--database", &file.location()]).contains("has a column xb already"));
    if let Some(server) = server() {
        server.execute("CREATE TABLE user (id BIGINT, pwd TEXT)");
        assert!(refused(&["--database", &server.location()]).contains("cannot be told apart"));
    }
    let file = SqliteFile::new();
    file.execute("CREATE TABLE user (id, name, pwd); INSERT INTO user VALUES (1, '', '')");
    file.execute("CREATE TABLE user_copy (other TEXT)");
    let error = refused(&["--database", &file.location()]);
    assert!(error.contains("cannot append to user_copy"), "{error}");

    assert!(refused(&["--chunk", "0"]).contains("between 1 and 8000"));
    assert!(refused(&["--workers"]).contains("needs a value"));
    assert!(refused(&["--twice"]).contains("no option --twice"));
    let error = refused(&["--database", "mysql://me:secret@127.0.0.1:1/x"]);
    assert!(error.contains("127.0.0.1:1/x") && !error.contains("secret"), "{error}");
}
