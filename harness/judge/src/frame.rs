//! What comes from the grader and goes back to it: a key on descriptor 4, one frame on descriptor 3.

use protocol::{Frame, Order};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

/// What the grader wants, and the way back to it.
#[derive(Debug)]
pub struct Channel {
    key: [u8; 32],
    verdicts: File,
    /// The check: the first argument of the process.
    pub name: String,
    /// How to run it: the second.
    pub order: Order,
    /// What numbers are drawn from: the third, of checks that call a library.
    pub seed: u64,
    /// How many different executions are of interest: the fourth, of checks that are not told what is right.
    pub most: usize,
}

impl Channel {
    /// Takes the key, so that nobody else in this process can.
    ///
    /// # Panics
    ///
    /// When the process was not started by the grader, which then sees no frame.
    pub fn open() -> Self {
        let mut key = [0_u8; 32];
        // SAFETY: the grader passes the descriptor, nobody else in the process knows of it, and it is closed here.
        let mut keys = unsafe { File::from_raw_fd(4) };
        keys.read_exact(&mut key).expect("descriptor 4 holds the key");
        drop(keys);
        // SAFETY: as above; it is open until the end of the process.
        let verdicts = unsafe { File::from_raw_fd(3) };
        let mut arguments = std::env::args().skip(1);
        let name = arguments.next().expect("the first argument names the check");
        let order = arguments.next().expect("the second argument says how to run it");
        let order = protocol::read::from_text(&order).expect("the second argument is an order");
        let mut number = || arguments.next().and_then(|number| number.parse::<u64>().ok());
        let seed = number().unwrap_or_default();
        let most = number().and_then(|most| usize::try_from(most).ok()).unwrap_or_default();
        Self { key, verdicts, name, order, seed, most }
    }

    /// Writes the frame and ends the process at once: no destructor, no exit handler and no other thread gets another turn.
    ///
    /// # Panics
    ///
    /// When the grader does not listen.
    pub fn send(mut self, frame: &Frame) -> ! {
        let mut bytes = self.key.to_vec();
        bytes.extend_from_slice(trace::json::line(frame).as_bytes());
        self.verdicts.write_all(&bytes).expect("descriptor 3 takes the verdict");
        // SAFETY: ends the process; nothing runs after it.
        unsafe { libc::_exit(0) }
    }
}
