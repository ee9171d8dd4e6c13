//! From the program's code into the engine's, and back.
//!
//! The engine runs on a stack of its own. What it leaves behind on a stack would lie in the program's frames afterwards, in slots that
//! are not in use; and whether a thread stands where it stood before is told by its registers and its whole stack.

use super::arena::{self, Whose};

/// Calls `f` as the engine's code, on the stack that ends at `top`, with the stack pointer of the code that calls. At that address lie the registers
/// that survive a call, then that code's frames.
///
/// A panic in `f` ends the process: the engine's code does not panic.
///
/// # Safety
///
/// `top` is the end of a stack that nobody uses meanwhile, aligned to 16.
pub unsafe fn on_stack<R, F: FnOnce(usize) -> R>(top: usize, f: F) -> R {
    struct Job<F, R> {
        f: Option<F>,
        result: Option<R>,
    }
    unsafe extern "C" fn run<R, F: FnOnce(usize) -> R>(job: *mut u8, stack: usize) {
        // SAFETY: made below, and nobody else uses it.
        let job = unsafe { &mut *job.cast::<Job<F, R>>() };
        job.result = job.f.take().map(|f| f(stack));
    }
    let runs = arena::runs(Whose::ENGINE);
    let mut job: Job<F, R> = Job { f: Some(f), result: None };
    // SAFETY: as the caller promises; `run` gets the job that it is made for.
    unsafe { switch((&raw mut job).cast(), top, run::<R, F>) };
    arena::runs(runs);
    match job.result {
        Some(result) => result,
        None => unreachable!("`run` leaves a result"),
    }
}

/// Calls `inner(job, stack pointer)` on the stack that ends at `top`.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "sysv64" fn switch(
    job: *mut u8,
    top: usize,
    inner: unsafe extern "C" fn(*mut u8, usize),
) {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov rbx, rsp",
        // Who reads the stack from `inner` finds the code that calls.
        ".cfi_def_cfa rbx, 56",
        ".cfi_offset rbp, -16",
        ".cfi_offset rbx, -24",
        ".cfi_offset r12, -32",
        ".cfi_offset r13, -40",
        ".cfi_offset r14, -48",
        ".cfi_offset r15, -56",
        "mov rsp, rsi",
        "mov rsi, rbx",
        "call rdx",
        "mov rsp, rbx",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        ".cfi_endproc",
    )
}

/// Elsewhere the engine runs on the stack of the code that calls, and where a thread stands is not known.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn switch(job: *mut u8, _top: usize, inner: unsafe extern "C" fn(*mut u8, usize)) {
    // SAFETY: as the caller promises.
    unsafe { inner(job, 0) }
}
