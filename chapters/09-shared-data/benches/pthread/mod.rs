//! A number in shared memory under a pthread mutex that processes share.

use ch08_multiprocessing::{Kind, SharedMemory};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The number and its mutex: a plain one, whose holder must not die.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "SharedMemory")]
pub struct Counter {
    #[serde(serialize_with = "memory")]
    memory: Arc<SharedMemory>,
}

#[repr(C)]
struct Body {
    mutex: libc::pthread_mutex_t,
    number: i64,
}

fn memory<S: serde::Serializer>(memory: &SharedMemory, serializer: S) -> Result<S::Ok, S::Error> {
    memory.serialize(serializer)
}

impl From<SharedMemory> for Counter {
    fn from(memory: SharedMemory) -> Counter {
        Counter { memory: Arc::new(memory) }
    }
}

impl Counter {
    pub fn new() -> Counter {
        let memory = SharedMemory::new(Kind::other(1 << 16), size_of::<Body>()).unwrap();
        let counter = Counter::from(memory);
        // SAFETY: the attributes are initialised before use, the mutex lies in
        // memory that is large enough, and nobody else knows of it yet.
        unsafe {
            let mut attributes: libc::pthread_mutexattr_t = std::mem::zeroed();
            libc::pthread_mutexattr_init(&mut attributes);
            libc::pthread_mutexattr_setpshared(&mut attributes, libc::PTHREAD_PROCESS_SHARED);
            libc::pthread_mutex_init(&raw mut (*counter.body()).mutex, &attributes);
        }
        counter
    }

    fn body(&self) -> *mut Body {
        self.memory.body().cast()
    }

    pub fn add_one(&self) {
        // SAFETY: the mutex was initialised by `new`; the number is touched
        // with it held only.
        unsafe {
            libc::pthread_mutex_lock(&raw mut (*self.body()).mutex);
            (*self.body()).number += 1;
            libc::pthread_mutex_unlock(&raw mut (*self.body()).mutex);
        }
    }
}
