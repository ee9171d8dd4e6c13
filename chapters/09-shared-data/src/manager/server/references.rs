//! Who refers to which object.
//!
//! An object lives as long as its [`Token`] has owners: client processes that
//! refer to it, references on their way between two, and handles inside other
//! objects. All of them are plain `Arc`s; whatever goes away takes its
//! references with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Somebody refers to an object as long as this exists.
#[derive(Debug)]
pub(super) struct Token {
    id: u64,
    unreferenced: Arc<Mutex<Vec<u64>>>,
}

impl Drop for Token {
    fn drop(&mut self) {
        lock(&self.unreferenced).push(self.id);
    }
}

/// The tokens of those who are not objects themselves.
#[derive(Debug, Default)]
pub(super) struct References {
    /// As many as the process has, of each object.
    of_processes: HashMap<u128, HashMap<u64, Vec<Arc<Token>>>>,
    /// One of each connection that stands for a reference on its way.
    on_their_way: HashMap<u64, Arc<Token>>,
    /// Objects whose tokens are gone. Tokens are dropped in all kinds of
    /// places, so they leave word here.
    unreferenced: Arc<Mutex<Vec<u64>>>,
}

impl References {
    /// The first token of an object.
    pub(super) fn token(&self, id: u64) -> Arc<Token> {
        Arc::new(Token { id, unreferenced: Arc::clone(&self.unreferenced) })
    }

    pub(super) fn refer(&mut self, process: u128, token: Arc<Token>) {
        self.of_processes.entry(process).or_default().entry(token.id).or_default().push(token);
    }

    /// One reference less; nothing if the process has none.
    pub(super) fn release(&mut self, process: u128, id: u64) {
        if let Some(tokens) = self.of_processes.get_mut(&process)
            && let Some(tokens) = tokens.get_mut(&id)
        {
            tokens.pop();
        }
    }

    /// A reference goes to another process; this connection stands for it.
    pub(super) fn lend(&mut self, connection: u64, token: Arc<Token>) {
        self.on_their_way.insert(connection, token);
    }

    /// Nobody has the connection any more.
    pub(super) fn disconnected(&mut self, connection: u64) {
        self.on_their_way.remove(&connection);
    }

    pub(super) fn process_ended(&mut self, process: u128) {
        self.of_processes.remove(&process);
    }

    /// An object that nobody refers to any more.
    pub(super) fn unreferenced(&mut self) -> Option<u64> {
        let id = lock(&self.unreferenced).pop()?;
        for tokens in self.of_processes.values_mut() {
            tokens.remove(&id);
        }
        Some(id)
    }
}

fn lock(list: &Mutex<Vec<u64>>) -> MutexGuard<'_, Vec<u64>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
