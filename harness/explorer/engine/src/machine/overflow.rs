//! Stack overflow, and other signals that an explored thread's own code is to blame for: caught, and turned into a failure of its execution.
//!
//! A coroutine that overflows its stack hits the guard page below it. The signal handler recognises that by the address and makes
//! the coroutine return to its parent instead. What its frames owned is leaked; the execution ends there. So does one whose code, not the engine's, touches memory that is
//! not there, comes to an instruction that cannot be, or ends the process by `abort`, as std does when a thread panics while it unwinds.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod handler {
    use std::sync::OnceLock;

    use corosensei::trap::TrapHandlerRegs;

    use crate::machine::{arena, context};

    /// The signals, and what handled them before.
    static BEFORE: OnceLock<[(libc::c_int, libc::sigaction); 5]> = OnceLock::new();

    const SIGNALS: [libc::c_int; 5] =
        [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

    /// Installs the handler, once for the process.
    pub fn install() {
        BEFORE.get_or_init(|| {
            // SAFETY: a zeroed `sigaction` is a valid one, with an empty mask; the handler has the signature that SA_SIGINFO asks
            // for. It runs on the alternate stack that Rust's runtime gives every thread, because the usual one is full.
            SIGNALS.map(|signal| unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                    handle;
                action.sa_sigaction = handler as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                let mut before: libc::sigaction = std::mem::zeroed();
                libc::sigaction(signal, &raw const action, &raw mut before);
                (signal, before)
            })
        });
    }

    extern "C" fn handle(
        signal: libc::c_int,
        info: *mut libc::siginfo_t,
        state: *mut libc::c_void,
    ) {
        // SAFETY: the kernel passes valid descriptions of the signal and of the interrupted code.
        let (address, state) =
            unsafe { ((*info).si_addr() as usize, &mut *state.cast::<libc::ucontext_t>()) };
        let explored = arena::is_explored();
        let trap = context::with_context(|context| {
            let trap = context.fibers.trap()?;
            // The guard page lies within the bounds. An overflow or a crash inside the engine itself cannot be mended.
            let full = signal == libc::SIGSEGV && trap.stack_ptr_in_bounds(address);
            let ours = (full || explored) && context.machine.try_borrow_mut().is_ok();
            ours.then(|| {
                context.fibers.note_crash((!full).then_some(signal));
                if explored && !full && signal != libc::SIGABRT {
                    // The interrupted code is the program's, and holds nothing of the allocator that the engine uses.
                    context.machine.borrow_mut().keep_stack();
                }
                trap
            })
        });
        if let Some(trap) = trap.flatten() {
            // SAFETY: the signal interrupted this coroutine, whose stack pointer is within its stack, and its registers are replaced
            // below. The interrupted code holds nothing of the engine.
            let registers = unsafe { trap.setup_trap_handler(|| ()) };
            replace(state, &registers);
            return;
        }
        // SAFETY: puts back the handler that was there, which sees the same fault again when the code goes on.
        unsafe {
            let mut before = BEFORE.get().into_iter().flatten();
            if let Some((_, before)) = before.find(|(other, _)| *other == signal) {
                libc::sigaction(signal, before, std::ptr::null_mut());
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn replace(state: &mut libc::ucontext_t, registers: &TrapHandlerRegs) {
        let to = &mut state.uc_mcontext.gregs;
        to[libc::REG_RIP as usize] = registers.rip.cast_signed();
        to[libc::REG_RSP as usize] = registers.rsp.cast_signed();
        to[libc::REG_RBP as usize] = registers.rbp.cast_signed();
        to[libc::REG_RDI as usize] = registers.rdi.cast_signed();
        to[libc::REG_RSI as usize] = registers.rsi.cast_signed();
    }

    #[cfg(target_arch = "aarch64")]
    fn replace(state: &mut libc::ucontext_t, registers: &TrapHandlerRegs) {
        let to = &mut state.uc_mcontext;
        to.pc = registers.pc;
        to.sp = registers.sp;
        to.regs[0] = registers.x0;
        to.regs[1] = registers.x1;
        to.regs[29] = registers.x29;
        to.regs[30] = registers.lr;
    }
}

/// Elsewhere a stack overflow ends the process.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod handler {
    pub fn install() {}
}

pub use handler::install;
