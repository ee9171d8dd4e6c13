//! What cannot be explored, what never ends, what fails, and what is fine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::sync::{Mutex, mpsc};
use std::{fs, hint, io, net, process, thread, time};

fn writes_a_file() {
    assert!(fs::write("/nowhere/name", "text").is_ok());
}

fn opens_a_socket() {
    assert!(net::TcpListener::bind("127.0.0.1:0").is_ok());
}

fn starts_a_process() {
    assert!(process::Command::new("true").status().is_ok());
}

fn writes_for_ever() {
    let number = AtomicU64::new(0);
    loop {
        number.fetch_add(1, SeqCst);
    }
}

fn spins_for_ever() {
    let flag = AtomicBool::new(false);
    while !flag.load(Acquire) {
        hint::spin_loop();
    }
}

fn computes_for_ever() {
    let mut number = 0_u64;
    loop {
        number = hint::black_box(number.wrapping_add(1));
    }
}

fn leaves_a_thread() {
    thread::spawn(|| thread::park());
}

fn crashes() {
    // SAFETY: none; on real threads this is the end of the process.
    unsafe { std::ptr::null_mut::<u32>().write_volatile(1) }
}

fn returns_an_error() -> Result<(), String> {
    Err("no such luck".to_owned())
}

fn never_returns() -> ! {
    panic!("as its type says")
}

fn reads_a_word() {
    let mut word = String::new();
    io::stdin().read_line(&mut word).unwrap();
    assert_eq!(word.trim(), "word");
}

fn prints_in_any_order() {
    thread::scope(|scope| {
        scope.spawn(|| println!("a"));
        scope.spawn(|| println!("b"));
    });
}

/// Two locks in opposite orders.
///
/// Must fail: a deadlock.
fn opposite_orders() {
    let (left, right) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = left.lock().unwrap();
            let _right = right.lock().unwrap();
        });
        let _right = right.lock().unwrap();
        let _left = left.lock().unwrap();
    });
}

/// Gives up at the moment at which it is told.
///
/// Time-outs fire at any moment.
fn gives_up_too_early() {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(()).unwrap());
        receiver.recv_timeout(time::Duration::from_secs(60)).unwrap();
    });
}

fn reads_what_a_process_prints() {
    assert!(process::Command::new("true").output().is_ok());
}

fn looks_for_a_file() {
    assert!(fs::read("/nowhere/at/all").is_err());
}

fn waits_past_the_c_library() {
    let call = |number: i64, arguments: [i64; 4]| {
        let result: i64;
        // SAFETY: the calls of the kernel take numbers, and no memory but for no event.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") number => result,
                in("rdi") arguments[0],
                in("rsi") arguments[1],
                in("rdx") arguments[2],
                in("r10") arguments[3],
                in("r8") 0,
                in("r9") 0,
                out("rcx") _,
                out("r11") _,
            );
        }
        result
    };
    let mut event = [0_u64; 2];
    let (create, wait) = (291, 232);
    let poll = call(create, [0; 4]);
    call(wait, [poll, event.as_mut_ptr() as i64, 1, -1]);
}

fn locks_by_default() {
    // Called by a pointer, the function has no caller.
    let make: [fn() -> Mutex<()>; 2] = [Default::default, Default::default];
    let [left, right] = &make.map(|make| make());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = left.lock().unwrap();
            let _right = right.lock().unwrap();
        });
        let _right = right.lock().unwrap();
        let _left = left.lock().unwrap();
    });
}
