//! What runs inside. Each ends with exit code 0 if it found what it should; a panic is code 101.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::FromRawFd;

pub(super) fn run(arguments: &[String]) {
    let (name, arguments) = arguments.split_first().expect("a payload has a name");
    match name.as_str() {
        "sockets" => sockets(),
        "socket_pairs" => socket_pairs(),
        "memory_file" => drop(memory_file().expect("it is allowed")),
        "no_process" => no_process(),
        "no_namespace" => no_namespace(),
        "dangerous_calls" => dangerous_calls(),
        "x32" => x32(),
        "files" => files(),
        "descriptors" => descriptors(arguments),
        "harm" => harm(arguments[0].parse().expect("a process number")),
        "privileges" => privileges(),
        "look_around" => look_around(),
        "fork_bomb" => fork_bomb(),
        "threads" => threads(),
        "memory" => memory(),
        "memory_in_pieces" => memory_in_pieces(),
        "hold" => hold(arguments[0].parse().expect("a number")),
        "large_file" => drop(File::create("large").and_then(|mut file| fill(&mut file))),
        "full_disk" => full_disk(),
        "many_files" => many_files(),
        "deep_folders" => deep_folders(),
        "many_descriptors" => many_descriptors(),
        "forking_orphans" => forking_orphans(),
        other => panic!("no payload {other}"),
    }
}

/// The error number of a system call, 0 if it succeeded.
fn errno(result: i64) -> i32 {
    if result >= 0 { 0 } else { io::Error::last_os_error().raw_os_error().unwrap_or(0) }
}

fn call(number: i64, arguments: [i64; 5]) -> i32 {
    let [a, b, c, d, e] = arguments;
    // SAFETY: whoever calls this passes numbers and null pointers only.
    errno(unsafe { libc::syscall(number, a, b, c, d, e) })
}

fn sockets() {
    let domains = [
        libc::AF_UNIX,
        libc::AF_INET,
        libc::AF_INET6,
        libc::AF_NETLINK,
        libc::AF_PACKET,
        libc::AF_VSOCK,
        libc::AF_ALG,
        libc::AF_BLUETOOTH,
        libc::AF_CAN,
        libc::AF_XDP,
    ];
    for domain in domains {
        for kind in [libc::SOCK_STREAM, libc::SOCK_DGRAM, libc::SOCK_RAW, libc::SOCK_SEQPACKET] {
            let arguments = [domain.into(), kind.into(), 0, 0, 0];
            assert_eq!(call(libc::SYS_socket, arguments), libc::EPERM, "{domain} {kind}");
        }
    }
    assert_eq!(pair(libc::AF_UNIX, libc::SOCK_STREAM), libc::EPERM);
}

fn pair(domain: i32, kind: i32) -> i32 {
    let mut both = [0; 2];
    // SAFETY: there is room for two descriptors.
    errno(unsafe { libc::socketpair(domain, kind, 0, both.as_mut_ptr()) }.into())
}

fn socket_pairs() {
    assert_eq!(pair(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC), 0);
    assert_eq!(pair(libc::AF_UNIX, libc::SOCK_SEQPACKET), 0);
    assert_eq!(pair(libc::AF_UNIX, libc::SOCK_DGRAM), libc::EPERM);
    assert_eq!(pair(libc::AF_UNIX, libc::SOCK_DGRAM | libc::SOCK_NONBLOCK), libc::EPERM);
    assert_eq!(pair(libc::AF_INET, libc::SOCK_STREAM), libc::EPERM);
    for kind in [libc::SOCK_STREAM, libc::SOCK_DGRAM] {
        assert_eq!(
            call(libc::SYS_socket, [libc::AF_UNIX.into(), kind.into(), 0, 0, 0]),
            libc::EPERM
        );
    }
}

fn memory_file() -> io::Result<File> {
    // SAFETY: a name that ends with zero.
    let file = unsafe { libc::memfd_create(c"x".as_ptr(), 0) };
    if file < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was just made and belongs to nobody.
    Ok(unsafe { File::from_raw_fd(file) })
}

fn no_process() {
    // SAFETY: this process has one thread; a child would exit at once.
    let fork = || match unsafe { libc::fork() } {
        0 => std::process::exit(0),
        pid => errno(pid.into()),
    };
    assert_eq!(fork(), libc::EPERM);
    #[cfg(target_arch = "x86_64")]
    assert_eq!(call(libc::SYS_fork, [0; 5]), libc::EPERM);
    assert_eq!(call(libc::SYS_clone, [libc::SIGCHLD.into(), 0, 0, 0, 0]), libc::EPERM);
    assert_eq!(call(libc::SYS_clone3, [0; 5]), libc::ENOSYS);
    assert_eq!(std::thread::spawn(|| 7).join().expect("a thread is allowed"), 7);
    assert!(std::process::Command::new("/bin/true").status().is_err());
}

fn no_namespace() {
    for flag in [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ] {
        assert_eq!(call(libc::SYS_unshare, [flag.into(), 0, 0, 0, 0]), libc::EPERM);
        let flags = i64::from(flag) | i64::from(libc::SIGCHLD);
        assert_eq!(call(libc::SYS_clone, [flags, 0, 0, 0, 0]), libc::EPERM, "{flag:x}");
    }
    assert!(std::process::Command::new("/bin/true").status().expect("allowed").success());
}

fn dangerous_calls() {
    for number in [
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_open_tree,
        libc::SYS_fsopen,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_shmget,
        libc::SYS_msgget,
        libc::SYS_semget,
        libc::SYS_mq_open,
        libc::SYS_init_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_sethostname,
        libc::SYS_clock_settime,
        libc::SYS_personality,
        libc::SYS_open_by_handle_at,
        libc::SYS_setpriority,
        libc::SYS_memfd_create,
    ] {
        assert_eq!(call(number, [0; 5]), libc::EPERM, "system call {number}");
    }
}

fn x32() {
    #[cfg(target_arch = "x86_64")]
    for number in [libc::SYS_socket, libc::SYS_ptrace, libc::SYS_fork] {
        assert_eq!(call(0x4000_0000 | number, [1, 1, 0, 0, 0]), libc::ENOSYS);
    }
}

fn files() {
    let hidden = [
        "/etc/shadow",
        "/etc/passwd",
        "/root",
        "/home",
        "/proc",
        "/proc/self/environ",
        "/proc/1/mem",
        "/sys",
        "/var",
        "/run",
        "/dev/mem",
        "/dev/tty",
        "/dev/kmsg",
        "/dev/shm",
    ];
    for path in hidden {
        assert!(File::open(path).is_err(), "{path}");
        assert!(fs::read_dir(path).is_err(), "{path}");
    }
    for path in ["/new", "/usr/new", "/etc/new", "/dev/new", "/bin/new"] {
        assert!(File::create(path).is_err(), "{path}");
    }
    let itself = std::env::args().next().expect("its path");
    assert!(File::options().write(true).open(&itself).is_err());
    assert!(fs::remove_file(&itself).is_err());
    File::create("mine").and_then(|mut file| file.write_all(b"x")).expect("a /tmp of its own");
    File::options().write(true).open("/dev/null").expect("nothing to write to");
    let mut random = [0; 8];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut random)).expect("chance");
}

/// Only these are open; then standard input goes to standard output.
fn descriptors(expected: &[String]) {
    let open: Vec<String> = (0..1024)
        // SAFETY: it only asks.
        .filter(|&number| unsafe { libc::fcntl(number, libc::F_GETFD) } >= 0)
        .map(|number| number.to_string())
        .collect();
    assert_eq!(open, expected);
    io::copy(&mut io::stdin(), &mut io::stdout()).expect("both are open");
}

fn harm(launcher: i64) {
    let pid = i64::from(std::process::id());
    // SAFETY: getppid has no preconditions.
    let parent = i64::from(unsafe { libc::getppid() });
    for target in [launcher, parent] {
        assert_eq!(call(libc::SYS_ptrace, [16, target, 0, 0, 0]), libc::EPERM);
        // SAFETY: a null pointer asks for nothing and sets nothing.
        let limits = call(libc::SYS_prlimit64, [target, libc::RLIMIT_CPU.into(), 0, 0, 0]);
        assert_eq!(limits, libc::EPERM);
    }
    // Process 1 of a namespace takes no signal from inside; the kernel answers 0. That it lives is
    // seen by the end of this run, which is told to it.
    for signal in [libc::SIGKILL, libc::SIGSTOP, libc::SIGTERM] {
        let signal = i64::from(signal);
        let parents = call(libc::SYS_kill, [parent, signal, 0, 0, 0]);
        assert!(parent == 1 || parents == libc::EPERM, "{parents}");
        assert_ne!(call(libc::SYS_kill, [launcher, signal, 0, 0, 0]), 0);
        assert_ne!(call(libc::SYS_tgkill, [launcher, launcher, signal, 0, 0]), 0);
        // Linux answers 0 even if it may signal nobody.
        call(libc::SYS_kill, [-1, signal, 0, 0, 0]);
    }
    assert_eq!(call(libc::SYS_kill, [pid, 0, 0, 0, 0]), 0);
}

fn privileges() {
    // SAFETY: these only ask.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
        assert_ne!(libc::geteuid(), 0);
        assert_eq!(
            libc::getgroups(0, std::ptr::null_mut()).max(0) * i32::from(is_root_dropped()),
            0
        );
        assert_ne!(libc::setuid(0), 0);
        assert_ne!(libc::setgid(0), 0);
    }
    assert_eq!(effective_capabilities(), 0);
}

/// Whether root gave this process its user id, in which case it belongs to no group either.
fn is_root_dropped() -> bool {
    // SAFETY: it only asks.
    unsafe { libc::geteuid() > 100_000 }
}

fn effective_capabilities() -> u64 {
    let mut header = [0x2008_0522_u32, 0];
    let mut data = [0_u32; 6];
    // SAFETY: version 3 of the call fills two times three words.
    let result = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), data.as_mut_ptr()) };
    assert_eq!(result, 0);
    u64::from(data[0] | data[1] | data[3] | data[4])
}

fn look_around() {
    assert!(fs::read_dir("/proc").is_err());
    // SAFETY: getppid has no preconditions.
    println!("{} {}", std::process::id(), unsafe { libc::getppid() });
}

/// Forks until it cannot; the children sleep. Says how many there are. It stops at a number that
/// the machine survives even if the jail should fail.
fn fork_bomb() {
    let mut children = 0;
    while children < 1000 {
        // SAFETY: this process has one thread; the child only sleeps.
        match unsafe { libc::fork() } {
            0 => loop {
                std::thread::sleep(std::time::Duration::from_secs(1000));
            },
            pid if pid < 0 => break,
            _ => children += 1,
        }
    }
    println!("{children}");
}

/// Leaves orphans behind, each of which replaces itself all the time by forking and ending. They
/// stop after a minute, should the jail fail.
fn forking_orphans() {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    for _ in 0..4 {
        // SAFETY: this process has one thread, and so has every child.
        if unsafe { libc::fork() } == 0 {
            // SAFETY: setsid has no preconditions.
            unsafe { libc::setsid() };
            // SAFETY: as above.
            while std::time::Instant::now() < end && unsafe { libc::fork() } <= 0 {}
            // SAFETY: nothing of this process needs to be put in order.
            unsafe { libc::_exit(0) }
        }
    }
}

fn threads() {
    let mut threads = 0;
    while threads < 5000 {
        let sleeper = || std::thread::sleep(std::time::Duration::from_secs(1000));
        let builder = std::thread::Builder::new().stack_size(64 << 10);
        if builder.spawn(sleeper).is_err() {
            break;
        }
        threads += 1;
    }
    // An ordinary user without namespaces has only a net.
    let net = u64::from(std::env::var_os("TMPDIR").is_some() && !is_root_dropped()) * 4000;
    assert!((1..=16 + net).contains(&threads), "{threads}");
    std::process::exit(0);
}

fn memory() {
    let mut bytes = Vec::<u8>::new();
    assert!(bytes.try_reserve_exact(10 << 30).is_err());
}

fn memory_in_pieces() {
    let mut pieces = Vec::new();
    loop {
        let mut piece = Vec::<u8>::new();
        if piece.try_reserve_exact(4 << 20).is_err() {
            break;
        }
        piece.extend_from_slice(&[1; 4 << 20]);
        pieces.push(piece);
    }
    assert!((1..=128).contains(&pieces.len()), "{}", pieces.len());
}

fn fill(file: &mut File) -> io::Result<u64> {
    let block = [1; 64 << 10];
    let mut written = 0;
    for _ in 0..(64 << 20) / block.len() {
        written += file.write(&block)? as u64;
    }
    Ok(written)
}

fn full_disk() {
    let mut written = 0;
    for number in 0..64 {
        let Ok(mut file) = File::create(format!("{number}")) else { break };
        let block = [1; 64 << 10];
        for _ in 0..64 {
            written += file.write(&block).unwrap_or(0);
        }
    }
    println!("{written}");
}

fn many_files() {
    let made = (0..1_000_000).take_while(|number| File::create(format!("{number}")).is_ok());
    println!("{}", made.count());
}

fn deep_folders() {
    // More than a process has descriptors for.
    for _ in 0..1100 {
        if fs::create_dir("d").and_then(|()| std::env::set_current_dir("d")).is_err() {
            break;
        }
    }
}

fn many_descriptors() {
    let open: Vec<File> = (0..5000).map_while(|_| File::open("/dev/null").ok()).collect();
    assert!((1..256).contains(&open.len()), "{}", open.len());
}

/// Holds so many megabytes, until it is killed or its input ends.
fn hold(megabytes: usize) {
    let held = vec![1_u8; megabytes << 20];
    println!("held");
    let _ = io::stdin().read(&mut [0]);
    drop(std::hint::black_box(held));
}
