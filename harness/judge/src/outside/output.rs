//! A stream of the program, read as it comes: whoever prints without end fills no memory but up to the limit, and nobody has to read
//! one stream to let the program go on with the other.

use std::io::{PipeReader, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    /// How far lines were taken.
    taken: usize,
    /// No more will come.
    ended: bool,
    /// More came than there was room for.
    full: bool,
}

/// What came through a stream so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Output {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Output {
    /// Reads `pipe` in a thread of its own, until it ends or `left` bytes, which streams may share, are used up.
    pub(super) fn of(pipe: PipeReader, left: Arc<AtomicUsize>) -> std::io::Result<Output> {
        let output = Output::default();
        let thread = output.clone();
        std::thread::Builder::new().spawn(move || thread.read(pipe, &left))?;
        Ok(output)
    }

    fn read(&self, mut pipe: PipeReader, left: &AtomicUsize) {
        let (state, changed) = &*self.shared;
        let mut buffer = [0; 16 << 10];
        loop {
            let length = pipe.read(&mut buffer).unwrap_or(0);
            let spent = |left: usize| left.checked_sub(length);
            let within = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if length == 0 || !within {
                // The pipe is closed with the thread: the program gets SIGPIPE for more.
                state.ended = true;
                state.full = length > 0;
                changed.notify_all();
                return;
            }
            state.bytes.extend_from_slice(&buffer[..length]);
            changed.notify_all();
        }
    }

    /// The next line without its end, or what there is of one when the stream ends; `None` after that. Blocks until then.
    pub(super) fn line(&self) -> Option<String> {
        let (state, changed) = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let rest = &state.bytes[state.taken..];
            let end = rest.iter().position(|&byte| byte == b'\n');
            let (length, more) = match (end, state.ended) {
                (Some(end), _) => (end, 1),
                (None, true) if rest.is_empty() => return None,
                (None, true) => (rest.len(), 0),
                (None, false) => {
                    state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            let line = String::from_utf8_lossy(&rest[..length]).into_owned();
            state.taken += length + more;
            return Some(line);
        }
    }

    /// The next so many bytes, or `None` when the stream ends before they have come. Blocks until
    /// then.
    pub(super) fn bytes(&self, count: usize) -> Option<Vec<u8>> {
        let (state, changed) = &*self.shared;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let lacks = |state: &mut State| state.bytes.len() - state.taken < count && !state.ended;
        let mut state = changed.wait_while(state, lacks).unwrap_or_else(PoisonError::into_inner);
        let bytes = state.bytes[state.taken..].get(..count)?.to_vec();
        state.taken += count;
        Some(bytes)
    }

    /// Whether it ended because more came than its limit allows.
    pub(super) fn is_full(&self) -> bool {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).full
    }

    /// What came and was not taken as lines. Blocks until the stream ends.
    pub(super) fn rest(&self) -> String {
        let (state, changed) = &*self.shared;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = changed.wait_while(state, |state| !state.ended);
        let state = ended.unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&state.bytes[state.taken..]).into_owned()
    }
}
