//! What instrumented code calls: the interface of LLVM's thread sanitizer.
//!
//! The functions of accesses and of entry and exit are naked, to hand on where they were called from and where the stack is. None of them has type
//! parameters or is `#[inline]`: it would be compiled in the user's crate, with instrumentation, and call itself.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::shadow::How;
use super::{access, atomics, frames, library};

/// Called once for each instrumented object file, before `main`.
#[unsafe(no_mangle)]
extern "C" fn __tsan_init() {
    super::IS_ON.store(true, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn __tsan_vptr_update(_at: usize, _value: usize) {}

#[unsafe(no_mangle)]
extern "C" fn __tsan_vptr_read(_at: usize) {}

/// A function is entered. The argument is where it returns to; where it was called *from* lies in it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __tsan_func_entry(_caller: usize) {
    std::arch::naked_asm!("lea rdi, [rsp + 8]", "mov rsi, [rsp]", "jmp {}", sym frames::entered)
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __tsan_func_exit() {
    std::arch::naked_asm!("lea rdi, [rsp + 8]", "jmp {}", sym frames::left)
}

/// Memory is about to be written. That a stand-in does it makes it no access of the user's, but a static is put back all the same.
fn wrote(address: usize, size: usize, how: How, at: usize) {
    super::about_to_write(address, size);
    if frames::counts() {
        access(address, size, how, at);
    }
}

extern "C" fn read<const SIZE: usize>(address: usize, at: usize) {
    if frames::counts() {
        access(address, SIZE, How::Read, at);
    }
}

extern "C" fn write<const SIZE: usize>(address: usize, at: usize) {
    wrote(address, SIZE, How::Write, at);
}

extern "C" fn volatile_read<const SIZE: usize>(address: usize, at: usize) {
    if frames::counts() {
        access(address, SIZE, How::VolatileRead, at);
    }
}

extern "C" fn volatile_write<const SIZE: usize>(address: usize, at: usize) {
    wrote(address, SIZE, How::VolatileWrite, at);
}

macro_rules! accesses {
    ($($size:literal: $($name:ident)* = $function:ident;)*) => {$($(
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        extern "C" fn $name(_address: usize) {
            std::arch::naked_asm!("mov rsi, [rsp]", "jmp {}", sym $function::<$size>)
        }
    )*)*};
}

accesses! {
    1: __tsan_read1 __tsan_unaligned_read1 = read;
    2: __tsan_read2 __tsan_unaligned_read2 = read;
    4: __tsan_read4 __tsan_unaligned_read4 = read;
    8: __tsan_read8 __tsan_unaligned_read8 = read;
    16: __tsan_read16 __tsan_unaligned_read16 = read;
    1: __tsan_write1 __tsan_unaligned_write1 __tsan_read_write1 __tsan_unaligned_read_write1 = write;
    2: __tsan_write2 __tsan_unaligned_write2 __tsan_read_write2 __tsan_unaligned_read_write2 = write;
    4: __tsan_write4 __tsan_unaligned_write4 __tsan_read_write4 __tsan_unaligned_read_write4 = write;
    8: __tsan_write8 __tsan_unaligned_write8 __tsan_read_write8 __tsan_unaligned_read_write8 = write;
    16: __tsan_write16 __tsan_unaligned_write16 __tsan_read_write16 __tsan_unaligned_read_write16 = write;
    1: __tsan_volatile_read1 __tsan_unaligned_volatile_read1 = volatile_read;
    2: __tsan_volatile_read2 __tsan_unaligned_volatile_read2 = volatile_read;
    4: __tsan_volatile_read4 __tsan_unaligned_volatile_read4 = volatile_read;
    8: __tsan_volatile_read8 __tsan_unaligned_volatile_read8 = volatile_read;
    16: __tsan_volatile_read16 __tsan_unaligned_volatile_read16 = volatile_read;
    1: __tsan_volatile_write1 __tsan_unaligned_volatile_write1 = volatile_write;
    2: __tsan_volatile_write2 __tsan_unaligned_volatile_write2 = volatile_write;
    4: __tsan_volatile_write4 __tsan_unaligned_volatile_write4 = volatile_write;
    8: __tsan_volatile_write8 __tsan_unaligned_volatile_write8 = volatile_write;
    16: __tsan_volatile_write16 __tsan_unaligned_volatile_write16 = volatile_write;
}

/// Whether the thread sanitizer's pass has told of an access of this size.
const fn is_usual(size: usize) -> bool {
    matches!(size, 1 | 2 | 4 | 8 | 16)
}

extern "C" fn read_of(address: usize, size: usize, at: usize) {
    if !is_usual(size) && frames::counts() {
        access(address, size, How::Read, at);
    }
}

extern "C" fn write_of(address: usize, size: usize, at: usize) {
    if !is_usual(size) {
        wrote(address, size, How::Write, at);
    }
}

/// An access of another size than a number has: values of 3, 5, 6 and 7 bytes are handed from function to function as one. The thread sanitizer's pass
/// leaves them out; the address sanitizer's, which comes after it, tells of all.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __asan_loadN(_address: usize, _size: usize) {
    std::arch::naked_asm!("mov rdx, [rsp]", "jmp {}", sym read_of)
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __asan_storeN(_address: usize, _size: usize) {
    std::arch::naked_asm!("mov rdx, [rsp]", "jmp {}", sym write_of)
}

/// What the thread sanitizer's pass has told of before.
macro_rules! told_before {
    ($($name:ident)*) => {$(
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        extern "C" fn $name(_address: usize) {
            std::arch::naked_asm!("ret")
        }
    )*};
}

told_before! {
    __asan_load1 __asan_load2 __asan_load4 __asan_load8 __asan_load16
    __asan_store1 __asan_store2 __asan_store4 __asan_store8 __asan_store16
}

/// A function that does not return is about to be called.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn __asan_handle_no_return() {
    std::arch::naked_asm!("ret")
}

unsafe extern "C" fn copied(to: *mut u8, from: *const u8, size: usize, at: usize) -> *mut u8 {
    if size > 0 && frames::counts() {
        access(from.addr(), size, How::Read, at);
    }
    if size > 0 {
        wrote(to.addr(), size, How::Write, at);
    }
    // SAFETY: the program's own call; where it may overlap, and where not, `copy` does right.
    unsafe { library::copy(to, from, size) };
    to
}

unsafe extern "C" fn filled(to: *mut u8, byte: i32, size: usize, at: usize) -> *mut u8 {
    if size > 0 {
        wrote(to.addr(), size, How::Write, at);
    }
    // SAFETY: the program's own call.
    unsafe { to.write_bytes(byte as u8, size) };
    to
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn __tsan_memcpy(_to: *mut u8, _from: *const u8, _size: usize) -> *mut u8 {
    std::arch::naked_asm!("mov rcx, [rsp]", "jmp {}", sym copied)
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn __tsan_memmove(_to: *mut u8, _from: *const u8, _size: usize) -> *mut u8 {
    std::arch::naked_asm!("mov rcx, [rsp]", "jmp {}", sym copied)
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn __tsan_memset(_to: *mut u8, _byte: i32, _size: usize) -> *mut u8 {
    std::arch::naked_asm!("mov rcx, [rsp]", "jmp {}", sym filled)
}

/// The sanitizer's numbers for orderings.
fn ordering(number: i32) -> Ordering {
    match number {
        0 => Ordering::Relaxed,
        1 | 2 => Ordering::Acquire,
        3 => Ordering::Release,
        4 => Ordering::AcqRel,
        _ => Ordering::SeqCst,
    }
}

#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_thread_fence(order: i32) {
    if frames::counts() {
        atomics::fence(ordering(order));
    }
}

#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_signal_fence(_order: i32) {}

/// An atomic operation of code that does not use the stand-ins' atomics: of `Arc`.
macro_rules! atomics {
    ($($t:ty as $real:ty: $load:ident $store:ident $exchange:ident $compare:ident
        $add:ident $sub:ident $and:ident $or:ident $xor:ident $nand:ident;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $load(at: *const $t, order: i32) -> $t {
            // SAFETY: the program's own access, to an atomic.
            let real = unsafe { &*at.cast::<$real>() };
            let now = || real.load(Ordering::SeqCst).into();
            atomics::load(at.addr(), size_of::<$t>(), ordering(order), &now) as $t
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $store(at: *const $t, value: $t, order: i32) {
            // SAFETY: as above.
            let real = unsafe { &*at.cast::<$real>() };
            let now = || real.load(Ordering::SeqCst).into();
            atomics::store(at.addr(), size_of::<$t>(), ordering(order), value.into(), &now);
            real.store(value, Ordering::SeqCst);
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $compare(at: *const $t, expected: $t, new: $t, success: i32, failure: i32) -> $t {
            // SAFETY: as above.
            let real = unsafe { &*at.cast::<$real>() };
            let now = || real.load(Ordering::SeqCst).into();
            let orders = (ordering(success), ordering(failure));
            let values = (expected.into(), new.into());
            match atomics::compare(at.addr(), size_of::<$t>(), orders, values, &now) {
                // A step: what it read may be older than what is there.
                Some((old, exchanged)) => {
                    if exchanged {
                        real.store(new, Ordering::SeqCst);
                    }
                    old as $t
                }
                None => match real.compare_exchange(expected, new, Ordering::SeqCst, Ordering::SeqCst) {
                    Ok(old) | Err(old) => old,
                },
            }
        }

        atomics!(@update $exchange $t, $real, Other, |_, value| value);
        atomics!(@update $add $t, $real, Up, |old: $t, value| old.wrapping_add(value));
        atomics!(@update $sub $t, $real, Down, |old: $t, value| old.wrapping_sub(value));
        atomics!(@update $and $t, $real, Other, |old: $t, value| old & value);
        atomics!(@update $or $t, $real, Other, |old: $t, value| old | value);
        atomics!(@update $xor $t, $real, Other, |old: $t, value| old ^ value);
        atomics!(@update $nand $t, $real, Other, |old: $t, value: $t| !(old & value));
    )*};
    (@update $name:ident $t:ty, $real:ty, $change:ident, $f:expr) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(at: *const $t, value: $t, order: i32) -> $t {
            // SAFETY: as above.
            let real = unsafe { &*at.cast::<$real>() };
            let f: fn($t, $t) -> $t = $f;
            let now = || real.load(Ordering::SeqCst).into();
            let apply = |old: u64| f(old as $t, value).into();
            let change = atomics::Change::$change;
            let old = atomics::update(at.addr(), size_of::<$t>(), ordering(order), change, &apply, &now) as $t;
            real.store(f(old, value), Ordering::SeqCst);
            old
        }
    };
}

atomics! {
    u8 as AtomicU8: __tsan_atomic8_load __tsan_atomic8_store __tsan_atomic8_exchange __tsan_atomic8_compare_exchange_val
        __tsan_atomic8_fetch_add __tsan_atomic8_fetch_sub __tsan_atomic8_fetch_and __tsan_atomic8_fetch_or __tsan_atomic8_fetch_xor __tsan_atomic8_fetch_nand;
    u16 as AtomicU16: __tsan_atomic16_load __tsan_atomic16_store __tsan_atomic16_exchange __tsan_atomic16_compare_exchange_val
        __tsan_atomic16_fetch_add __tsan_atomic16_fetch_sub __tsan_atomic16_fetch_and __tsan_atomic16_fetch_or __tsan_atomic16_fetch_xor __tsan_atomic16_fetch_nand;
    u32 as AtomicU32: __tsan_atomic32_load __tsan_atomic32_store __tsan_atomic32_exchange __tsan_atomic32_compare_exchange_val
        __tsan_atomic32_fetch_add __tsan_atomic32_fetch_sub __tsan_atomic32_fetch_and __tsan_atomic32_fetch_or __tsan_atomic32_fetch_xor __tsan_atomic32_fetch_nand;
    u64 as AtomicU64: __tsan_atomic64_load __tsan_atomic64_store __tsan_atomic64_exchange __tsan_atomic64_compare_exchange_val
        __tsan_atomic64_fetch_add __tsan_atomic64_fetch_sub __tsan_atomic64_fetch_and __tsan_atomic64_fetch_or __tsan_atomic64_fetch_xor __tsan_atomic64_fetch_nand;
}
