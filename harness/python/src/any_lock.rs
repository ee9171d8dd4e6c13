//! The lock under a condition: chapter 3's, chapter 4's, or any that Python
//! has.

use crate::interpreter::attached;
use crate::{lock, rlock};
use ch03_locks::{Lock, Waiter};
use ch04_rlock::{Levels, RLock};
use ch06_condition::{ConditionLock, NotOwner};
use pyo3::prelude::*;
use std::sync::Arc;
use std::time::Duration;

pub enum AnyLock {
    Lock(Arc<Lock>),
    RLock(Arc<RLock>),
    /// As `threading.Condition`, which takes whatever has the methods of a lock.
    Foreign(Py<PyAny>),
}

/// What it takes to hold it as before.
pub enum Saved {
    Nothing,
    Levels(Levels),
    Foreign(Py<PyAny>),
}

impl AnyLock {
    /// The lock that `object` stands for; a new reentrant one if there is none.
    pub fn of(object: Option<&Bound<'_, PyAny>>) -> AnyLock {
        let Some(object) = object else { return AnyLock::RLock(Arc::default()) };
        if let Ok(lock) = object.cast::<lock::Lock>() {
            AnyLock::Lock(Arc::clone(&lock.get().lock))
        } else if let Ok(lock) = object.cast::<rlock::RLock>() {
            AnyLock::RLock(Arc::clone(&lock.get().lock))
        } else {
            AnyLock::Foreign(object.clone().unbind())
        }
    }
}

impl ConditionLock for AnyLock {
    type Saved = Saved;

    fn acquire(&self) {
        match self {
            AnyLock::Lock(lock) => lock.acquire(),
            AnyLock::RLock(lock) => lock.acquire(),
            AnyLock::Foreign(lock) => attached(|py| lock.call_method0(py, "acquire").map(drop)),
        }
    }

    fn try_acquire(&self) -> bool {
        match self {
            AnyLock::Lock(lock) => lock.try_acquire(),
            AnyLock::RLock(lock) => lock.try_acquire(),
            AnyLock::Foreign(lock) => {
                attached(|py| lock.call_method1(py, "acquire", (false,))?.is_truthy(py))
            }
        }
    }

    fn acquire_timeout(&self, timeout: Duration) -> bool {
        match self {
            AnyLock::Lock(lock) => lock.acquire_timeout(timeout),
            AnyLock::RLock(lock) => lock.acquire_timeout(timeout),
            AnyLock::Foreign(lock) => attached(|py| {
                lock.call_method1(py, "acquire", (true, timeout.as_secs_f64()))?.is_truthy(py)
            }),
        }
    }

    fn release(&self) -> Result<(), NotOwner> {
        match self {
            AnyLock::Lock(lock) => lock.release().map_err(NotOwner::from),
            AnyLock::RLock(lock) => lock.release().map_err(NotOwner::from),
            AnyLock::Foreign(lock) => {
                attached(|py| lock.call_method0(py, "release").map(drop));
                Ok(())
            }
        }
    }

    fn is_owned(&self) -> bool {
        match self {
            AnyLock::Lock(lock) => lock.is_owned(),
            AnyLock::RLock(lock) => RLock::is_owned(lock),
            AnyLock::Foreign(lock) => attached(|py| {
                let lock = lock.bind(py);
                if lock.hasattr("_is_owned")? {
                    return lock.call_method0("_is_owned")?.is_truthy();
                }
                // It knows no owner. Then somebody has it if we cannot.
                let free = lock.call_method1("acquire", (false,))?.is_truthy()?;
                if free {
                    lock.call_method0("release")?;
                }
                Ok(!free)
            }),
        }
    }

    fn release_all(&self) -> Result<Saved, NotOwner> {
        match self {
            AnyLock::Lock(lock) => lock.release_all().map(|()| Saved::Nothing),
            AnyLock::RLock(lock) => Ok(Saved::Levels(RLock::release_all(lock)?)),
            AnyLock::Foreign(lock) => Ok(attached(|py| {
                let lock = lock.bind(py);
                if lock.hasattr("_release_save")? {
                    return lock
                        .call_method0("_release_save")
                        .map(|it| Saved::Foreign(it.unbind()));
                }
                lock.call_method0("release").map(|_| Saved::Nothing)
            })),
        }
    }

    fn restore(&self, saved: Saved) {
        match (self, saved) {
            (AnyLock::RLock(lock), Saved::Levels(levels)) => lock.restore(levels),
            (AnyLock::Foreign(lock), Saved::Foreign(saved)) => {
                attached(|py| lock.call_method1(py, "_acquire_restore", (saved,)).map(drop));
            }
            _ => self.acquire(),
        }
    }

    fn wake_on_release(&self, waiter: Waiter) {
        match self {
            AnyLock::Lock(lock) => Lock::wake_on_release(lock, waiter),
            AnyLock::RLock(lock) => RLock::wake_on_release(lock, waiter),
            AnyLock::Foreign(_) => waiter.wake(),
        }
    }
}
