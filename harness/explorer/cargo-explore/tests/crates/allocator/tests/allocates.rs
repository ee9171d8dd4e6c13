use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting(AtomicUsize);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting(AtomicUsize::new(0));

#[test]
fn a_box_is_allocated() {
    let before = COUNTING.0.load(Ordering::Relaxed);
    drop(std::hint::black_box(Box::new(5)));
    assert!(COUNTING.0.load(Ordering::Relaxed) > before);
}
