//! A file system, as in Flanagan, Godefroid: "Dynamic Partial-Order Reduction for Model Checking Software", POPL 2005.

use explore_engine::sync::Mutex;
use explore_engine::thread;

const FILES: usize = 15;
const BLOCKS: usize = 26;

/// Bug: whether a block is free is looked at under its lock, and it is taken under its lock, but in between the lock is free.
pub(super) fn fsbench(mended: bool) {
    let files: Vec<Mutex<Option<usize>>> = (0..FILES).map(|_| Mutex::new(None)).collect();
    let blocks: Vec<Mutex<bool>> = (0..BLOCKS).map(|_| Mutex::new(false)).collect();
    let blocks = &blocks;
    let takes = move |block: usize| {
        let mut taken = blocks[block].lock().unwrap();
        if *taken {
            return false;
        }
        if !mended {
            drop(taken);
            taken = blocks[block].lock().unwrap();
        }
        *taken = true;
        true
    };
    thread::scope(|scope| {
        for (me, file) in files.iter().enumerate() {
            scope.spawn(move || {
                let mut file = file.lock().unwrap();
                let mut all = (0..BLOCKS).map(|step| (me * 2 + step) % BLOCKS);
                *file = all.find(|block| takes(*block));
            });
        }
    });
    let mut used: Vec<usize> = files.iter().filter_map(|file| *file.lock().unwrap()).collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), FILES, "a block belongs to two files");
}
