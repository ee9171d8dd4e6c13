//! A model of a system, for the explorer: threads that sleep, and that may die.
//!
//! A sleep on a word is a condition variable here, and whether the word has
//! changed is looked at under its mutex, as the kernel does it under a lock of
//! its own (futex(2)). What makes a sleeper look again, after
//! [`LOOK_EVERY`], is left out of a world without deaths: there every wake-up
//! must come from somebody, and one that is lost is a deadlock. In a world
//! with deaths a sleeper looks again once nothing else can happen.
//!
//! A thread dies by saying so and doing nothing more.

use crate::owner::Owner;
use crate::system::{LOOK_EVERY, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Which threads sleep on which words, and who has died.
#[derive(Debug, Default)]
pub struct World {
    mortal: bool,
    dead: [AtomicBool; 4],
    asleep: Mutex<Vec<(usize, u32)>>,
    woken: Condvar,
}

/// A thread of a world, as the algorithms see the system.
#[derive(Debug)]
pub struct Thread<'a> {
    world: &'a World,
    id: u32,
    wakes_nobody: bool,
    dies_asleep: bool,
}

impl World {
    /// A world in which threads may die.
    ///
    /// ```
    /// use ch08_sync::{System, model::World};
    ///
    /// let world = World::with_deaths();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let name = other.me();
    /// world.die(other);
    /// assert!(!me.is_alive(name));
    /// ```
    pub fn with_deaths() -> World {
        World { mortal: true, ..World::default() }
    }

    /// A thread; `id` is 1, 2 or 3.
    ///
    /// ```
    /// use ch08_sync::{System, model::World};
    ///
    /// let world = World::default();
    /// assert_eq!(world.thread(2).me().id, 2);
    /// ```
    pub fn thread(&self, id: u32) -> Thread<'_> {
        Thread { world: self, id, wakes_nobody: false, dies_asleep: false }
    }

    /// The thread has ended.
    ///
    /// ```
    /// use ch08_sync::{System, model::World};
    ///
    /// let world = World::with_deaths();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let name = other.me();
    /// assert!(me.is_alive(name));
    /// world.die(other);
    /// assert!(!me.is_alive(name));
    /// ```
    pub fn die(&self, thread: Thread<'_>) {
        self.dead[thread.id as usize].store(true, Relaxed);
    }
}

impl Thread<'_> {
    /// It is killed before it wakes anybody.
    ///
    /// ```
    /// use ch08_sync::{EventWord, model::World};
    ///
    /// let world = World::with_deaths();
    /// let killed = world.thread(1).that_wakes_nobody();
    /// let event = EventWord::default();
    /// event.set(&killed);
    /// assert!(event.is_set(), "who sleeps must find out without being woken");
    /// ```
    pub fn that_wakes_nobody(self) -> Self {
        Thread { wakes_nobody: true, ..self }
    }

    /// It dies when it first goes to sleep: by a panic, for the caller to catch.
    ///
    /// ```
    /// use ch08_sync::{EventWord, model::World};
    /// use std::panic::{AssertUnwindSafe, catch_unwind};
    ///
    /// let world = World::with_deaths();
    /// let killed = world.thread(1).that_dies_asleep();
    /// let event = EventWord::default();
    /// let waits = AssertUnwindSafe(|| event.wait(&killed, None));
    /// assert!(catch_unwind(waits).is_err());
    /// ```
    pub fn that_dies_asleep(self) -> Self {
        Thread { dies_asleep: true, ..self }
    }
}

impl System for Thread<'_> {
    fn me(&self) -> Owner {
        Owner { id: self.id, started: 7 }
    }

    fn is_alive(&self, owner: Owner) -> bool {
        !self.world.dead[owner.id as usize].fetch_or(false, Relaxed)
    }

    fn wait(&self, word: &AtomicU64, expected: u64, at_most: Duration) {
        if self.dies_asleep {
            self.world.dead[self.id as usize].store(true, Relaxed);
            std::panic::resume_unwind(Box::new("died asleep"));
        }
        let mut asleep = self.world.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        if word.load(Relaxed) as u32 != expected as u32 {
            return;
        }
        asleep.push((std::ptr::from_ref(word).addr(), self.id));
        let sleeps = |asleep: &mut Vec<_>| asleep.iter().any(|&(_, id)| id == self.id);
        if self.world.mortal || at_most < LOOK_EVERY {
            let waited = self.world.woken.wait_timeout_while(asleep, at_most, sleeps);
            waited.unwrap_or_else(PoisonError::into_inner).0.retain(|&(_, id)| id != self.id);
            // After a while every store is seen. (A change reads the newest value.)
            word.fetch_or(0, Relaxed);
        } else {
            drop(self.world.woken.wait_while(asleep, sleeps));
        }
    }

    fn wake(&self, word: &AtomicU64, count: u32) -> u32 {
        if self.wakes_nobody {
            return 0;
        }
        let mut asleep = self.world.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = count;
        asleep.retain(|&(at, _)| {
            let woken = left > 0 && at == std::ptr::from_ref(word).addr();
            left -= u32::from(woken);
            !woken
        });
        self.world.woken.notify_all();
        count - left
    }
}
