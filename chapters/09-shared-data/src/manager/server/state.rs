//! The objects of a manager and who refers to them. No input or output here:
//! requests come in, replies go out.

use super::references::{References, Token};
use crate::manager::error::RemoteError;
use crate::manager::object::{Handle, Object};
use crate::manager::protocol::{Call, Reply, Request};
use crate::manager::shared::{Caller, Registry, Shared};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Instant;

struct Entry {
    /// `None` while it is dropped.
    object: Option<Box<dyn Shared>>,
    type_name: String,
    token: Weak<Token>,
    waiting: VecDeque<Waiting>,
}

impl Entry {
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        arguments: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        let Some(object) = &mut self.object else {
            return Poll::Ready(Err(RemoteError::NoObject));
        };
        let called = contained(&self.type_name, method, || object.call(caller, method, arguments));
        called.unwrap_or_else(|panicked| Poll::Ready(Err(panicked)))
    }

    fn gone(&mut self, connection: u64) {
        if let Some(object) = &mut self.object {
            let _ = contained(&self.type_name, "gone", || object.gone(connection));
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let object = self.object.take();
        let _ = contained(&self.type_name, "its destructor", || drop(object));
    }
}

/// Runs an object's own code. A panic in it is an error of its caller, and
/// harms no other object. The panic hook has printed it.
fn contained<T>(type_name: &str, method: &str, code: impl FnOnce() -> T) -> Result<T, RemoteError> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("(no message)").to_owned();
        // What was thrown may panic when it is dropped. What that throws is leaked.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            std::mem::forget(panic);
        }
        let (type_name, method) = (type_name.to_owned(), method.to_owned());
        RemoteError::Panicked { type_name, method, message }
    })
}

/// A call that is not done.
struct Waiting {
    caller: Caller,
    process: u128,
    method: String,
    arguments: Vec<Object>,
    deadline: Option<Instant>,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) connection: u64,
    pub(super) process: u128,
}

pub(super) struct State {
    registry: Registry,
    objects: HashMap<u64, Entry>,
    next_object: u64,
    next_call: u64,
    references: References,
    /// The objects that have names, which keep them.
    names: HashMap<String, (u64, Arc<Token>)>,
    /// The objects with a waiting call.
    awaited: BTreeSet<u64>,
    /// Replies to be sent: connection, reply.
    pub(super) replies: Vec<(u64, Reply)>,
}

impl State {
    /// The first object will have this number. It differs from manager to manager, so that a
    /// proxy of one means nothing to the next at the same address.
    pub(super) fn new(registry: Registry, first: u64) -> State {
        State {
            registry,
            objects: HashMap::new(),
            next_object: first,
            next_call: 1,
            references: References::default(),
            names: HashMap::new(),
            awaited: BTreeSet::new(),
            replies: Vec::new(),
        }
    }

    pub(super) fn handle(&mut self, from: Origin, request: Request<'_>) {
        match request {
            Request::Create { type_name, arguments } => {
                let created = self.create(from.process, &type_name, arguments);
                self.replies.push((from.connection, Reply::One(created)));
            }
            Request::Call { id, call, timeout } => {
                let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
                let timed_out = timeout.is_some_and(|timeout| timeout.is_zero());
                self.call(from, id, call, deadline, timed_out);
            }
            Request::Batch { id, calls } => {
                let results = calls.into_iter().map(|call| self.call_now(from, id, call)).collect();
                self.retry(id);
                self.replies.push((from.connection, Reply::Many(results)));
            }
            Request::Release { id } => self.references.release(from.process, id),
            Request::Lend { id } => {
                let lent = self.token(id).map(|token| {
                    self.references.lend(from.connection, token);
                    Object::None
                });
                self.replies.push((from.connection, Reply::One(lent)));
            }
            Request::Adopt { id } => {
                let adopted = self.token(id).map(|token| {
                    self.references.refer(from.process, token);
                    Object::None
                });
                self.replies.push((from.connection, Reply::One(adopted)));
            }
            Request::Named { name, type_name, arguments } => {
                let named = self.named(from.process, &name, &type_name, arguments);
                self.replies.push((from.connection, Reply::One(named)));
            }
            Request::Forget { name } => {
                let forgotten = self.names.remove(&*name).is_some();
                self.replies.push((from.connection, Reply::One(Ok(forgotten.into()))));
            }
            Request::Count => {
                self.bury();
                let count = Object::from(self.objects.len());
                self.replies.push((from.connection, Reply::One(Ok(count))));
            }
        }
        self.bury();
    }

    /// The thread with this connection has ended.
    pub(super) fn disconnected(&mut self, connection: u64) {
        self.references.disconnected(connection);
        for entry in self.objects.values_mut() {
            entry.waiting.retain(|waiting| waiting.caller.connection != connection);
            entry.gone(connection);
        }
        for id in self.awaited.clone() {
            self.retry(id);
        }
        self.bury();
    }

    /// The process has ended.
    pub(super) fn process_ended(&mut self, process: u128) {
        self.references.process_ended(process);
        self.bury();
    }

    /// When the next waiting call runs out of time.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let waiting = self.awaited.iter().filter_map(|id| self.objects.get(id));
        waiting
            .flat_map(|entry| &entry.waiting)
            .filter(|waiting| !waiting.caller.timed_out)
            .filter_map(|waiting| waiting.deadline)
            .min()
    }

    /// Ends the calls whose time has run out.
    pub(super) fn expire(&mut self, now: Instant) {
        for id in self.awaited.clone() {
            let Some(entry) = self.objects.get_mut(&id) else { continue };
            for waiting in &mut entry.waiting {
                waiting.caller.timed_out |=
                    waiting.deadline.is_some_and(|deadline| deadline <= now);
            }
            self.retry(id);
        }
        self.bury();
    }

    fn create(
        &mut self,
        process: u128,
        type_name: &str,
        mut arguments: Vec<Object>,
    ) -> Result<Object, RemoteError> {
        let constructor = self.registry.constructor(type_name)?;
        self.anchor(&mut arguments)?;
        let object = contained(type_name, "its constructor", || constructor(&mut arguments))??;
        let id = self.next_object;
        self.next_object += 1;
        let token = self.references.token(id);
        let entry = Entry {
            object: Some(object),
            type_name: type_name.to_owned(),
            token: Arc::downgrade(&token),
            waiting: VecDeque::new(),
        };
        self.objects.insert(id, entry);
        self.references.refer(process, token);
        Ok(Object::Proxy(Handle { id, type_name: type_name.to_owned(), keep: None }))
    }

    fn named(
        &mut self,
        process: u128,
        name: &str,
        type_name: &str,
        arguments: Vec<Object>,
    ) -> Result<Object, RemoteError> {
        let Some((id, token)) = self.names.get(name) else {
            let created = self.create(process, type_name, arguments)?;
            if let Object::Proxy(handle) = &created {
                let token = self.token(handle.id)?;
                self.names.insert(name.to_owned(), (handle.id, token));
            }
            return Ok(created);
        };
        let known = self.objects.get(id).map(|entry| entry.type_name.clone());
        let known = known.ok_or(RemoteError::NoObject)?;
        if known != type_name {
            return Err(RemoteError::Type(format!("{name} is a {known}, not a {type_name}")));
        }
        self.references.refer(process, Arc::clone(token));
        Ok(Object::Proxy(Handle { id: *id, type_name: known, keep: None }))
    }

    fn call(
        &mut self,
        from: Origin,
        id: u64,
        call: Call<'_>,
        deadline: Option<Instant>,
        timed_out: bool,
    ) {
        let mut arguments = call.arguments;
        let anchored = self.anchor(&mut arguments);
        let caller = self.caller(from, timed_out);
        let Some(entry) = anchored.ok().and_then(|()| self.objects.get_mut(&id)) else {
            self.replies.push((from.connection, Reply::One(Err(RemoteError::NoObject))));
            return;
        };
        match entry.call(caller, &call.method, &mut arguments) {
            Poll::Ready(result) => self.reply(from, result),
            Poll::Pending => {
                let method = call.method.into_owned();
                let process = from.process;
                let waiting = Waiting { caller, process, method, arguments, deadline };
                entry.waiting.push_back(waiting);
                self.awaited.insert(id);
            }
        }
        self.retry(id);
    }

    /// A call that waits for nothing.
    fn call_now(
        &mut self,
        from: Origin,
        id: u64,
        mut call: Call<'_>,
    ) -> Result<Object, RemoteError> {
        self.anchor(&mut call.arguments)?;
        let caller = self.caller(from, true);
        let entry = self.objects.get_mut(&id).ok_or(RemoteError::NoObject)?;
        // The first time a condition gives its lock back, the second time it
        // takes it again.
        for _ in 0..2 {
            let polled = entry.call(caller, &call.method, &mut call.arguments);
            if let Poll::Ready(mut result) = polled {
                if let Ok(object) = &mut result {
                    self.grant(from.process, object);
                }
                return result;
            }
        }
        Err(RemoteError::Value(format!("{} cannot be part of a batch", call.method)))
    }

    fn caller(&mut self, from: Origin, timed_out: bool) -> Caller {
        self.next_call += 1;
        Caller { connection: from.connection, call: self.next_call, timed_out }
    }

    /// Asks the waiting calls of an object again, in order, until none of them
    /// can go on. Thereby a lock goes to whoever waited longest: nobody else
    /// is heard before.
    fn retry(&mut self, id: u64) {
        let mut next = 0;
        while let Some(entry) = self.objects.get_mut(&id)
            && let Some(waiting) = entry.waiting.get_mut(next)
        {
            let caller = waiting.caller;
            let from = Origin { connection: caller.connection, process: waiting.process };
            let mut arguments = std::mem::take(&mut waiting.arguments);
            let method = waiting.method.clone();
            match entry.call(caller, &method, &mut arguments) {
                Poll::Pending => {
                    if let Some(waiting) = entry.waiting.get_mut(next) {
                        waiting.arguments = arguments;
                    }
                    next += 1;
                }
                Poll::Ready(result) => {
                    entry.waiting.remove(next);
                    self.reply(from, result);
                    next = 0;
                }
            }
        }
        if self.objects.get(&id).is_none_or(|entry| entry.waiting.is_empty()) {
            self.awaited.remove(&id);
        }
    }

    fn reply(&mut self, to: Origin, mut result: Result<Object, RemoteError>) {
        if let Ok(object) = &mut result {
            self.grant(to.process, object);
        }
        self.replies.push((to.connection, Reply::One(result)));
    }

    /// Handles in a reply are references that the receiving process has from now on.
    fn grant(&mut self, process: u128, object: &mut Object) {
        let mut granted = Vec::new();
        object.visit_handles(&mut |handle| granted.push(handle.id));
        for id in granted {
            if let Ok(token) = self.token(id) {
                self.references.refer(process, token);
            }
        }
    }

    /// Handles in a request become references of the object that keeps them.
    fn anchor(&self, arguments: &mut [Object]) -> Result<(), RemoteError> {
        let mut result = Ok(());
        for argument in arguments {
            argument.visit_handles(&mut |handle| match self.objects.get(&handle.id) {
                Some(entry) if entry.type_name == handle.type_name => {
                    handle.keep = entry.token.upgrade().map(|token| token as _);
                }
                _ => result = Err(RemoteError::NoObject),
            });
        }
        result
    }

    fn token(&self, id: u64) -> Result<Arc<Token>, RemoteError> {
        let token = self.objects.get(&id).and_then(|entry| entry.token.upgrade());
        token.ok_or(RemoteError::NoObject)
    }

    /// Removes the objects that nobody refers to, and then those that only
    /// they referred to.
    fn bury(&mut self) {
        while let Some(id) = self.references.unreferenced() {
            self.objects.remove(&id);
            self.awaited.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests;
