//! Small programs as data: threads that do the same, and others.

use std::sync::atomic::Ordering;

/// How many atomics and locks a program has.
pub const OBJECTS: usize = 2;

/// One statement of a thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    Load(usize, Ordering),
    Store(usize, u32, Ordering),
    Add(usize, Ordering),
    Exchange(usize, u32, u32, Ordering, Ordering),
    Fence(Ordering),
    Lock(usize, Vec<Self>),
    TryLock(usize),
    Read(Vec<Self>),
    Write,
    /// Waits at the condition variable, with lock 0.
    Wait,
    NotifyOne,
    NotifyAll,
    Send(u32),
    Receive,
    TryReceive,
    GetOrInit(u32),
    Barrier,
    Park,
    ParkTimeout,
    UnparkMain,
    /// Gives the own handle to all.
    Register,
    /// Unparks whoever did that first.
    UnparkRegistered,
    Yield,
    Panic,
    Exit,
    /// Writes its own number into an atomic.
    Number(usize),
    /// Spawns so many threads that do the same, and joins them at its end.
    Spawn(usize, Vec<Self>),
}

/// What the main thread does between two joins, or to a thread before it joins it.
#[derive(Clone, Debug, PartialEq)]
pub enum Between {
    Nothing,
    Step(Stmt),
    Asks,
    Unparks,
}

/// A group of threads that do the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub threads: usize,
    pub body: Vec<Stmt>,
    /// What the main thread does before it spawns each but the first.
    pub before: Option<Stmt>,
}

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub groups: Vec<Group>,
    /// What the main thread does when all are spawned.
    pub main: Vec<Stmt>,
    /// In a scope, which joins them.
    pub scoped: bool,
    /// What is done before each join, if they are not in a scope. The threads that are left are never joined.
    pub joins: Vec<Between>,
    pub reversed: bool,
    /// Each thread returns a number.
    pub results: bool,
    /// The locks are made at one place in the source, so that they have one name before they are used.
    pub one_place: bool,
    pub capacity: Option<usize>,
    pub spurious: u8,
    pub eager: bool,
}
