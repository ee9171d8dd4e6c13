//! The same with an allocator of its own.
struct Spy;
unsafe impl std::alloc::GlobalAlloc for Spy {
    unsafe fn alloc(&self, _: std::alloc::Layout) -> *mut u8 {
        loop {}
    }
    unsafe fn dealloc(&self, _: *mut u8, _: std::alloc::Layout) {}
}
