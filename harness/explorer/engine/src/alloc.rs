//! `std::alloc::System`, watched as the rest of memory is.

use std::alloc::{GlobalAlloc, Layout};

use crate::machine::arena::Arena;

/// The system's allocator, as `std::alloc::System`. In an execution its blocks are the explorer's, like those of the global allocator: what a program does with them is
/// seen, and is the same each time.
///
/// ```
/// use explore_engine::alloc::System;
/// use std::alloc::{GlobalAlloc, Layout};
///
/// let layout = Layout::new::<u64>();
/// unsafe {
///     let block = System.alloc_zeroed(layout);
///     assert_eq!(block.cast::<u64>().read(), 0);
///     System.dealloc(block, layout);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

// SAFETY: what is asked goes to an allocator, which keeps the promises.
unsafe impl GlobalAlloc for System {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises; so it is below.
        unsafe { Arena.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see `alloc`.
        unsafe { Arena.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: see `alloc`.
        unsafe { Arena.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see `alloc`.
        unsafe { Arena.realloc(block, layout, size) }
    }
}
