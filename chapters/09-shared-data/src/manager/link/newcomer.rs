//! How a connection begins: the greeting, and the proof of the key.

use super::Link;
use crate::manager::channel::{Channel, Trouble};
use crate::manager::error::ManagerError;
use crate::manager::handshake::{self, GREETING, PROOF, Who};
use ch08_forks::{Whole, forks};
use std::io;
use std::time::Instant;

/// What a new connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Newcomer {
    /// To last as long as the process.
    Home,
    Stays,
    /// To hear whether the manager is there.
    Asks,
}

impl Link {
    pub(super) fn connect(
        &self,
        newcomer: Newcomer,
        deadline: Instant,
    ) -> Result<Channel, ManagerError> {
        let address = || self.address.clone();
        let socket = self.address.connect(deadline).map_err(|source| match source.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                ManagerError::Silent { address: address() }
            }
            _ => ManagerError::Connect { address: address(), source },
        })?;
        let mut channel = Channel::new(socket);
        channel.deadline = Some(deadline);
        // A manager greets everybody, unless it is ending.
        let mut greeting = channel.exactly::<GREETING>().map_err(|trouble| self.error(trouble))?;
        while handshake::is_computing(&greeting) {
            let computes = || ManagerError::Computes { address: address() };
            if newcomer == Newcomer::Asks {
                // It has been answered.
                return Err(computes());
            }
            greeting = channel.exactly::<GREETING>().map_err(|trouble| match trouble {
                Trouble::Silent => computes(),
                trouble => self.error(trouble),
            })?;
        }
        if handshake::is_refusal(&greeting) {
            return Err(ManagerError::Full { address: address() });
        }
        let other_key = || ManagerError::WrongKey { address: address() };
        let who = Who { process: process()?, is_home: newcomer == Newcomer::Home };
        let introduced = handshake::introduce(&self.key, &greeting, &handshake::nonce()?, who);
        let (introduction, expected) = introduced.ok_or_else(other_key)?;
        // One that has another key says so. One that hangs up without a word ended: while a process
        // ends, its sockets are closed one by one, and for a moment it seems to listen still.
        let answer = channel
            .send_all(&introduction)
            .and_then(|()| channel.exactly::<PROOF>())
            .map_err(|trouble| self.error(trouble))?;
        if !expected.is(&answer) {
            return Err(other_key());
        }
        Ok(channel)
    }
}

/// The random number that stands for this process.
fn process() -> io::Result<u128> {
    static PROCESS: Whole<Option<(u32, u128)>> = Whole::new(None);
    let mut process = PROCESS.lock();
    let forks = forks();
    if let Some((before, number)) = *process
        && before == forks
    {
        return Ok(number);
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let number = u128::from_ne_bytes(random);
    *process = Some((forks, number));
    Ok(number)
}
