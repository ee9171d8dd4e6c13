//! Small concurrent programs as data, and how they read.

use std::fmt::{self, Display, Formatter, Write as _};
use std::sync::atomic::Ordering;

/// How many of each object a program has.
pub const ATOMICS: usize = 2;
pub const LOCKS: usize = 2;
/// Of one place there can be so many.
pub const OF_ONE_PLACE: usize = 3;
pub const CONDVARS: usize = 2;

/// One statement of a thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    Load(usize, Ordering),
    Store(usize, u32, Ordering),
    Add(usize, Ordering),
    Exchange {
        atomic: usize,
        from: u32,
        to: u32,
        weak: bool,
        success: Ordering,
        failure: Ordering,
    },
    Fence(Ordering),
    Lock(usize, Vec<Self>),
    TryLock(usize, Vec<Self>),
    Read(Vec<Self>),
    TryRead(Vec<Self>),
    Write(Vec<Self>),
    TryWrite(Vec<Self>),
    /// Only right inside `Lock(0, …)` or `TryLock(0, …)`.
    Wait(usize),
    /// Likewise.
    WaitTimeout(usize),
    NotifyOne(usize),
    NotifyAll(usize),
    Park,
    ParkTimeout,
    /// Unparks the main thread, or one that was started before this one; none if there is no such.
    Unpark(usize),
    /// Starts a thread; it is joined at the end of the thread that started it.
    Spawn(Vec<Self>),
    Send(u32),
    TrySend(u32),
    Receive,
    TryReceive,
    ReceiveTimeout,
    GetOrInit(u32),
    Get,
    Barrier,
    Yield,
    Panic,
    /// Ends the program with this code.
    Exit(i32),
}

impl Stmt {
    /// The statements inside it.
    pub fn body(&self) -> Option<&Vec<Self>> {
        match self {
            Self::Lock(_, body)
            | Self::TryLock(_, body)
            | Self::Read(body)
            | Self::TryRead(body)
            | Self::Write(body)
            | Self::TryWrite(body)
            | Self::Spawn(body) => Some(body),
            _ => None,
        }
    }

    /// See [`Stmt::body`].
    pub fn body_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::Lock(_, body)
            | Self::TryLock(_, body)
            | Self::Read(body)
            | Self::TryRead(body)
            | Self::Write(body)
            | Self::TryWrite(body)
            | Self::Spawn(body) => Some(body),
            _ => None,
        }
    }
}

/// A program: the statements of each thread. The first is the main thread, which starts the others before its own statements and joins
/// them after.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub threads: Vec<Vec<Stmt>>,
    /// How many messages the channel holds; `None` if any number.
    pub capacity: Option<usize>,
    /// Which thread has the receiver. Every thread that sends has a sender.
    pub receiver: usize,
    /// Spurious wake-ups a thread.
    pub spurious: u8,
    /// Time-outs fire at any moment, not only when nothing else can happen.
    pub eager: bool,
    /// The locks are made at one place in the source; else each has a place of its own.
    pub one_place: bool,
}

/// Whether a thread sends, so that it needs a sender.
pub fn sends(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| {
        matches!(stmt, Stmt::Send(_) | Stmt::TrySend(_))
            || (!matches!(stmt, Stmt::Spawn(_)) && stmt.body().is_some_and(|body| sends(body)))
    })
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { capacity, receiver, spurious, eager, one_place, .. } = self;
        writeln!(
            f,
            "// spurious wake-ups: {spurious}, eager time-outs: {eager}, channel: {capacity:?}, its receiver: thread {receiver}, one place: {one_place}"
        )?;
        for (number, thread) in self.threads.iter().enumerate() {
            let name = if number == 0 { "main".to_owned() } else { format!("thread {number}") };
            writeln!(f, "{name} {{")?;
            block(f, thread, 1)?;
            writeln!(f, "}}")?;
        }
        Ok(())
    }
}

fn block(f: &mut Formatter<'_>, stmts: &[Stmt], depth: usize) -> fmt::Result {
    for stmt in stmts {
        write!(f, "{:1$}", "", depth * 4)?;
        match stmt {
            Stmt::Load(a, order) => write!(f, "a{a}.load({order:?});")?,
            Stmt::Store(a, value, order) => write!(f, "a{a}.store({value}, {order:?});")?,
            Stmt::Add(a, order) => write!(f, "a{a}.fetch_add(1, {order:?});")?,
            Stmt::Exchange { atomic, from, to, weak, success, failure } => {
                let weak = if *weak { "_weak" } else { "" };
                write!(
                    f,
                    "a{atomic}.compare_exchange{weak}({from}, {to}, {success:?}, {failure:?});"
                )?;
            }
            Stmt::Fence(order) => write!(f, "fence({order:?});")?,
            Stmt::Lock(m, _) => write!(f, "let m = m{m}.lock();")?,
            Stmt::TryLock(m, _) => write!(f, "if let Ok(m) = m{m}.try_lock()")?,
            Stmt::Read(_) => write!(f, "let r = rw.read();")?,
            Stmt::TryRead(_) => write!(f, "if let Ok(r) = rw.try_read()")?,
            Stmt::Write(_) => write!(f, "let w = rw.write();")?,
            Stmt::TryWrite(_) => write!(f, "if let Ok(w) = rw.try_write()")?,
            Stmt::Wait(c) => write!(f, "m = c{c}.wait(m);")?,
            Stmt::WaitTimeout(c) => write!(f, "m = c{c}.wait_timeout(m, ms);")?,
            Stmt::NotifyOne(c) => write!(f, "c{c}.notify_one();")?,
            Stmt::NotifyAll(c) => write!(f, "c{c}.notify_all();")?,
            Stmt::Park => write!(f, "park();")?,
            Stmt::ParkTimeout => write!(f, "park_timeout(ms);")?,
            Stmt::Unpark(t) => write!(f, "t{t}.unpark();")?,
            Stmt::Spawn(_) => write!(f, "spawn(||")?,
            Stmt::Send(value) => write!(f, "sender.send({value});")?,
            Stmt::TrySend(value) => write!(f, "sender.try_send({value});")?,
            Stmt::Receive => write!(f, "receiver.recv();")?,
            Stmt::TryReceive => write!(f, "receiver.try_recv();")?,
            Stmt::ReceiveTimeout => write!(f, "receiver.recv_timeout(ms);")?,
            Stmt::GetOrInit(value) => write!(f, "once.get_or_init(|| {value});")?,
            Stmt::Get => write!(f, "once.get();")?,
            Stmt::Barrier => write!(f, "barrier.wait();")?,
            Stmt::Yield => write!(f, "yield_now();")?,
            Stmt::Panic => write!(f, "panic!();")?,
            Stmt::Exit(code) => write!(f, "exit({code});")?,
        }
        if let Some(body) = stmt.body() {
            f.write_str(" {\n")?;
            block(f, body, depth + 1)?;
            write!(f, "{:1$}", "", depth * 4)?;
            f.write_char('}')?;
        }
        f.write_char('\n')?;
    }
    Ok(())
}
