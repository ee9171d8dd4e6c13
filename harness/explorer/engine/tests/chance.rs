//! What a program reads from outside of itself: it is the same in every execution, and the verdict names it.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{Read, Seek};
use std::rc::Rc;
use std::time::SystemTime;

use explore_engine::sync::Mutex;
use explore_engine::time::Instant;
use explore_engine::{Config, Explorer, Outcome, env, thread};

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

/// What a scenario returns, in all executions.
fn all<T: Ord + 'static>(config: Config, scenario: impl Fn() -> T + 'static) -> BTreeSet<T> {
    let seen = Rc::new(RefCell::new(BTreeSet::new()));
    let sees = Rc::clone(&seen);
    let outcome = Explorer::new(config).run("scenario", move || {
        let value = scenario();
        sees.borrow_mut().insert(value);
    });
    assert!(outcome.is_proved(), "{outcome}");
    Rc::into_inner(seen).expect("the scenario is gone").into_inner()
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    // SAFETY: there is room for so many bytes.
    let filled = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    assert_eq!(filled, 8);
    u64::from_le_bytes(bytes)
}

fn random_by_number() -> u64 {
    let mut number = 0_u64;
    // SAFETY: there is room for so many bytes.
    let filled = unsafe { libc::syscall(libc::SYS_getrandom, &raw mut number, 8_usize, 0) };
    assert_eq!(filled, 8);
    number
}

fn random_by_entropy() -> u64 {
    let mut bytes = [0; 8];
    // SAFETY: there is room for so many bytes.
    assert_eq!(unsafe { libc::getentropy(bytes.as_mut_ptr().cast(), bytes.len()) }, 0);
    u64::from_le_bytes(bytes)
}

/// As crates do it that run on old systems too.
fn random_by_name() -> u64 {
    // SAFETY: the name is a C string.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"getrandom".as_ptr()) };
    assert!(!found.is_null());
    type Random = unsafe extern "C" fn(*mut u8, usize, u32) -> isize;
    // SAFETY: the C library's function of this name has this signature.
    let random: Random = unsafe { std::mem::transmute(found) };
    let mut bytes = [0; 8];
    // SAFETY: there is room for so many bytes.
    assert_eq!(unsafe { random(bytes.as_mut_ptr(), bytes.len(), 0) }, 8);
    u64::from_le_bytes(bytes)
}

fn random_by_device() -> u64 {
    let mut bytes = [0; 8];
    let mut file = std::fs::File::open("/dev/urandom").expect("there is such a device");
    file.read_exact(&mut bytes).expect("it can be read");
    u64::from_le_bytes(bytes)
}

/// Which lines of what is not checked are about what was read.
fn read(outcome: &Outcome) -> Vec<&str> {
    let usual = explore(|| ());
    let lines = outcome.not_checked.iter().filter(|line| !usual.not_checked.contains(line));
    lines.map(|line| line.split_once(": ").map_or(line.as_str(), |(what, _)| what)).collect()
}

const WAYS: [fn() -> u64; 5] =
    [random, random_by_number, random_by_entropy, random_by_name, random_by_device];

/// How many steps the program has depends on the numbers: with others in the next execution it would not be deterministic.
#[test]
fn random_numbers_are_the_same_in_every_execution_and_no_two_are_alike() {
    for way in WAYS {
        let outcome = explore(move || {
            let number = Mutex::new(0);
            let adds = || {
                let seen = [way(), way(), way()];
                for _ in 0..1 + seen[1] % 2 {
                    *number.lock().unwrap() += seen[0] % 2;
                }
                seen
            };
            thread::scope(|scope| {
                let other = scope.spawn(adds);
                let mine = adds();
                let all = BTreeSet::from_iter([mine, other.join().unwrap()].concat());
                assert_eq!(all.len(), 6);
            });
        });
        assert!(outcome.is_proved(), "{outcome}");
        assert_eq!(read(&outcome), ["other random numbers"]);
    }
}

#[test]
fn another_seed_gives_other_numbers_and_the_same_seed_the_same() {
    let numbers = |entropy| all(Config { entropy, ..Config::default() }, random);
    assert_eq!((numbers(1).len(), numbers(1)), (1, numbers(1)));
    assert!(numbers(0) != numbers(1) && numbers(1) != numbers(2));
}

/// What fails only with one seed is replayed with it.
#[test]
fn a_schedule_carries_its_seed() {
    let with = |entropy| Explorer::new(Config { entropy, ..Config::default() });
    let odd = || assert!(random().is_multiple_of(2), "odd");
    let seed = (1..100).find(|seed| with(*seed).run("scenario", odd).is_failed()).unwrap();
    let schedule = with(seed).run("scenario", odd).schedule.unwrap();
    let even = (1..100).find(|seed| with(*seed).run("scenario", odd).is_proved()).unwrap();
    let again = with(even).replay("scenario", odd, &schedule).unwrap();
    assert!(again.is_failed(), "{schedule} {again}");
}

fn order(map: &HashSet<u32>) -> Vec<u32> {
    map.iter().copied().collect()
}

/// What a thread does hangs on the order of its map, and how many maps another has made before depends on the execution.
#[test]
fn the_order_of_a_map_depends_on_its_thread_alone() {
    let outcome = explore(|| {
        let locks = [(); 4].map(|()| Mutex::new(0));
        let adds = || {
            for _ in 0..2 {
                let map: HashSet<u32> = (0..4).collect();
                for key in order(&map).into_iter().take(2) {
                    *locks[key as usize].lock().unwrap() += 1;
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(adds);
            scope.spawn(adds);
        });
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert_eq!(read(&outcome), ["other orders of a HashMap"]);
}

#[test]
fn the_seed_is_that_of_maps_as_well() {
    let orders = |entropy| {
        all(Config { entropy, ..Config::default() }, || {
            let map: HashMap<u32, ()> = (0..20).map(|key| (key, ())).collect();
            map.into_keys().collect::<Vec<_>>()
        })
    };
    let seeds: BTreeSet<_> = (0..3).map(orders).collect();
    assert!(seeds.iter().all(|orders| orders.len() == 1));
    assert_eq!(seeds.len(), 3);
}

/// The engine makes maps of its own, on first use.
#[test]
fn what_the_engine_makes_takes_no_keys() {
    use explore_engine::sync::atomic::{AtomicU32, Ordering::SeqCst};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let outcome = explore(|| {
        let mut memory = 0;
        // SAFETY: nobody else uses the number.
        let atomic = unsafe { AtomicU32::from_ptr(&raw mut memory) };
        atomic.store(COUNT.fetch_add(1, SeqCst), SeqCst);
    });
    assert!(outcome.is_proved() && read(&outcome).is_empty(), "{outcome}");
}

fn real_clock(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for a time.
    assert_eq!(unsafe { libc::clock_gettime(clock, &raw mut time) }, 0);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

#[test]
fn clocks_are_named_and_are_the_explorers() {
    let usual = Config::default;
    let calendar = all(usual(), || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok());
    let by_c = all(usual(), || real_clock(libc::CLOCK_REALTIME));
    assert_eq!((calendar.len(), by_c.len()), (1, 1));
    let since = calendar.first().unwrap().unwrap().as_nanos() as u64;
    assert_eq!(by_c.first(), Some(&since));
    assert_eq!(all(usual(), || format!("{:?}", Instant::now())).len(), 1);
    assert_eq!(all(usual(), || real_clock(libc::CLOCK_MONOTONIC)).len(), 1);
    let named = |scenario: fn()| {
        let outcome = explore(scenario);
        assert!(outcome.is_proved(), "{outcome}");
        read(&outcome).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(named(|| _ = SystemTime::now()), ["other dates"]);
    assert_eq!(named(|| _ = Instant::now()), ["code that takes time"]);
    assert_eq!(named(|| _ = real_clock(libc::CLOCK_BOOTTIME)), ["code that takes time"]);
    // A loop that waits for a time gets there.
    let waits = || {
        let end = real_clock(libc::CLOCK_MONOTONIC) + 1_000_000_000;
        while real_clock(libc::CLOCK_MONOTONIC) < end {}
    };
    assert_eq!(named(waits), ["code that takes time"]);
}

#[test]
fn the_environment_is_named_and_is_put_back() {
    let outcome = explore(|| {
        assert!(std::env::var_os("EXPLORED").is_none());
        // SAFETY: no other thread of the system reads the environment by way of C meanwhile.
        unsafe { std::env::set_var("EXPLORED", "1") };
        assert_eq!(std::env::var("EXPLORED").as_deref(), Ok("1"));
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock()));
            drop(lock.lock());
        });
    });
    assert!(outcome.is_proved() && outcome.executions == 2, "{outcome}");
    assert_eq!(read(&outcome), ["other values of EXPLORED"]);
    let outcome = explore(|| assert!(env::vars_os().count() > 0));
    assert_eq!(read(&outcome), ["another environment"]);
    // How a panic is told is nobody's input.
    let outcome = explore(|| drop(explore_engine::panic::catch_unwind(|| panic!("caught"))));
    assert!(outcome.is_proved() && read(&outcome).is_empty(), "{outcome}");
}

#[test]
fn a_process_has_a_number_and_each_thread_another() {
    let numbers = all(Config::default(), || {
        // SAFETY: the call takes no arguments.
        let thread = || unsafe { libc::syscall(libc::SYS_gettid) };
        let other = thread::spawn(thread).join().unwrap();
        (std::process::id(), thread(), other)
    });
    let [(process, main, other)] = Vec::from_iter(numbers)[..] else { panic!("not one") };
    assert!(process != std::process::id() && i64::from(process) == main && other != main);
    let outcome = explore(|| _ = std::process::id());
    assert_eq!(read(&outcome), ["other process ids"]);
}

#[test]
fn there_are_two_processors_and_that_is_said() {
    let outcome = explore(|| assert_eq!(thread::available_parallelism().unwrap().get(), 2));
    assert!(outcome.is_proved(), "{outcome}");
    assert_eq!(read(&outcome), ["other numbers of processors"]);
}

#[test]
fn other_files_are_refused_as_ever() {
    let outcome = explore(|| drop(std::fs::File::open("/dev/zero")));
    assert!(outcome.summary.contains("opens the file `/dev/zero`"), "{outcome}");
}

/// A file of these bytes, and what it is called.
fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, std::path::PathBuf) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = file.path().to_owned();
    (file, path)
}

#[test]
fn what_is_in_a_file_is_the_same_in_every_execution() {
    let (_kept, path) = file(b"one two");
    let outcome = explore(move || {
        let words = Mutex::new(0);
        let counts = || {
            let text = std::fs::read_to_string(&path).unwrap();
            *words.lock().unwrap() += text.split(' ').count();
        };
        thread::scope(|scope| {
            scope.spawn(counts);
            counts();
        });
        assert_eq!(words.into_inner().unwrap(), 4);
    });
    assert!(outcome.is_proved() && outcome.executions == 2, "{outcome}");
    assert_eq!(read(&outcome), ["other contents of files"]);
}

#[test]
fn a_file_is_read_on_by_one_after_the_other_or_not_explored() {
    let (_kept, path) = file(b"ab");
    let opened = path.clone();
    let ordered = move || {
        let file = Mutex::new(std::fs::File::open(&opened).unwrap());
        let next = || {
            let mut byte = [0];
            file.lock().unwrap().read_exact(&mut byte).unwrap();
            byte[0]
        };
        thread::scope(|scope| {
            let other = scope.spawn(next);
            let mine = next();
            let both = [mine, other.join().unwrap()];
            assert!(both == *b"ab" || both == *b"ba", "{both:?}");
        });
    };
    let outcome = explore(ordered);
    assert!(outcome.is_proved() && outcome.executions == 2, "{outcome}");
    // By the same descriptor, and by one that was doubled.
    for doubles in [false, true] {
        let path = path.clone();
        let outcome = explore(move || {
            let file = std::fs::File::open(&path).unwrap();
            let again = if doubles { Some(file.try_clone().unwrap()) } else { None };
            thread::scope(|scope| {
                scope.spawn(|| again.as_ref().unwrap_or(&file).read(&mut [0]).unwrap());
                (&file).seek(std::io::SeekFrom::Start(1)).unwrap();
            });
        });
        let says = "reads on in the file";
        assert!(
            outcome.to_string().starts_with("refused: ") && outcome.summary.contains(says),
            "{outcome}"
        );
    }
}

/// The system gives the lowest number that is free, so that who is first would have another one.
#[test]
fn the_number_of_a_descriptor_depends_on_its_thread_only() {
    use std::os::fd::AsRawFd;
    let (_kept, path) = file(b"");
    let numbers = all(Config::default(), move || {
        let lock = Mutex::new(());
        let opens = || {
            let _guard = lock.lock().unwrap();
            let file = std::fs::File::open(&path).unwrap();
            let number = file.as_raw_fd();
            std::mem::forget(file);
            number
        };
        thread::scope(|scope| {
            let other = scope.spawn(opens);
            let mine = opens();
            (mine, other.join().unwrap())
        })
    });
    assert_eq!(numbers.len(), 1, "{numbers:?}");
}

#[test]
fn nothing_is_written_and_what_the_kernel_says_of_now_is_refused() {
    let (kept, path) = file(b"kept");
    let refused = |open: fn(&std::path::Path)| {
        let path = path.clone();
        let outcome = explore(move || open(&path));
        assert!(outcome.summary.contains("opens the file"), "{outcome}");
    };
    refused(|path| drop(std::fs::write(path, "other")));
    refused(|path| drop(std::fs::OpenOptions::new().append(true).open(path)));
    refused(|path| drop(std::fs::OpenOptions::new().read(true).write(true).open(path)));
    refused(|path| drop(std::fs::File::open(path.parent().unwrap())));
    refused(|_| drop(std::fs::read("/proc/self/stat")));
    refused(|_| drop(std::fs::read("/proc/uptime")));
    assert_eq!(std::fs::read(kept.path()).unwrap(), b"kept");
}

#[test]
fn who_counts_the_processors_past_std_is_told_two_as_well() {
    let outcome = explore(|| {
        // SAFETY: the call takes a number; the set is as large as is said.
        unsafe {
            assert_eq!(libc::sysconf(libc::_SC_NPROCESSORS_ONLN), 2);
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            assert_eq!(libc::sched_getaffinity(0, size_of_val(&set), &raw mut set), 0);
            assert_eq!(libc::CPU_COUNT(&set), 2);
        }
        drop(std::fs::read("/proc/self/cgroup"));
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert!(read(&outcome).contains(&"other numbers of processors"), "{outcome}");
}

#[test]
fn who_reads_nothing_is_told_nothing_and_outside_all_is_real() {
    assert!(read(&explore(|| ())).is_empty());
    // A failure is one, whatever else was read.
    let outcome = explore(|| panic!("at {}", random()));
    assert!(outcome.is_failed() && outcome.not_checked.is_empty(), "{outcome}");
    for way in WAYS {
        assert_ne!(way(), way());
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    assert!(now.unwrap().as_secs() > 1_600_000_000);
    assert!(std::process::id() < 10_000_000);
}

#[test]
fn there_is_no_membarrier_which_would_order_nothing_here() {
    let outcome = explore(|| {
        // SAFETY: it only asks which commands there are.
        assert_eq!(unsafe { libc::syscall(libc::SYS_membarrier, 0, 0, 0) }, -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::ENOSYS));
    });
    assert!(outcome.is_proved(), "{outcome}");
}
