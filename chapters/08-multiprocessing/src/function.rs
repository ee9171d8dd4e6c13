//! A function that another process of the same executable can call.
//!
//! The child is the same executable file as its parent, so a function lies at
//! the same distance from the executable's start in both, wherever each was
//! loaded. That distance is what travels. It needs no table of names, and a
//! function that nobody registered cannot be asked for by mistake: the type
//! checker saw it. Only this file turns distances back into functions.

use crate::message::{DecodeError, EncodeError, Message};
use crate::outcome::Outcome;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use thiserror::Error;

/// Decodes the arguments, calls the target with them, encodes what it returned.
type Trampoline = fn(*const (), Message) -> Result<Message, CallError>;

/// A function and the types of its argument and result, in a form that can be
/// sent to another process of the same executable.
///
/// [`Process`](crate::Process) does all this for you; a pool of workers, which
/// sends many functions to the same process, uses it directly.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Distances from the executable's start, in bytes.
    trampoline: usize,
    target: usize,
}

/// The function does not lie in the executable itself but in a shared library,
/// whose place differs from process to process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the function lies in a shared library, and a child could not find it there; \
     link the crate that defines it into the executable"
)]
pub struct NotInExecutable;

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The arguments are not what the function takes.
    #[error("the arguments did not arrive")]
    Arguments(#[source] DecodeError),
    /// What the function returned cannot be sent back.
    #[error("the result cannot be sent back")]
    Result(#[source] EncodeError),
}

impl Function {
    /// A function whose result is wanted. A closure that captures nothing is a
    /// function too.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let double = Function::new(|n: i64| 2 * n)?;
    /// let result = double.call(Message::encode(&21_i64)?)?;
    /// assert_eq!(result.decode::<i64>()?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotInExecutable`].
    pub fn new<A, R>(function: fn(A) -> R) -> Result<Function, NotInExecutable>
    where
        A: DeserializeOwned,
        R: Serialize,
    {
        Function::pair(function as *const (), |target, arguments| {
            // SAFETY: `target` is what `pair` stores beside this trampoline.
            let function = unsafe { std::mem::transmute::<*const (), fn(A) -> R>(target) };
            answer(arguments, function)
        })
    }

    /// A function to be called with each element of a `Vec`; the results come
    /// back as a `Vec`.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let double = Function::each(|n: i64| 2 * n)?;
    /// let results = double.call(Message::encode(&vec![1_i64, 2])?)?;
    /// assert_eq!(results.decode::<Vec<i64>>()?, [2, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotInExecutable`].
    pub fn each<A, R>(function: fn(A) -> R) -> Result<Function, NotInExecutable>
    where
        A: DeserializeOwned,
        R: Serialize,
    {
        Function::pair(function as *const (), |target, arguments| {
            // SAFETY: `target` is what `pair` stores beside this trampoline.
            let function = unsafe { std::mem::transmute::<*const (), fn(A) -> R>(target) };
            answer(arguments, |items: Vec<A>| items.into_iter().map(function).collect::<Vec<R>>())
        })
    }

    /// As [`each`](Function::each), for a function of two arguments and a `Vec` of pairs.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let add = Function::each_pair(|a: i64, b: i64| a + b)?;
    /// let sums = add.call(Message::encode(&vec![(1_i64, 2_i64), (3, 4)])?)?;
    /// assert_eq!(sums.decode::<Vec<i64>>()?, [3, 7]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotInExecutable`].
    pub fn each_pair<A, B, R>(function: fn(A, B) -> R) -> Result<Function, NotInExecutable>
    where
        A: DeserializeOwned,
        B: DeserializeOwned,
        R: Serialize,
    {
        Function::pair(function as *const (), |target, arguments| {
            // SAFETY: `target` is what `pair` stores beside this trampoline.
            let function = unsafe { std::mem::transmute::<*const (), fn(A, B) -> R>(target) };
            let call = |(a, b)| function(a, b);
            answer(arguments, |items: Vec<(A, B)>| items.into_iter().map(call).collect::<Vec<R>>())
        })
    }

    /// A function of which only the exit code is wanted; it comes back as an `i32`.
    pub(crate) fn exiting<A, R>(function: fn(A) -> R) -> Result<Function, NotInExecutable>
    where
        A: DeserializeOwned,
        R: Outcome,
    {
        Function::pair(function as *const (), |target, arguments| {
            // SAFETY: `target` is what `pair` stores beside this trampoline.
            let function = unsafe { std::mem::transmute::<*const (), fn(A) -> R>(target) };
            answer(arguments, |arguments| function(arguments).exit_code())
        })
    }

    fn pair(target: *const (), trampoline: Trampoline) -> Result<Function, NotInExecutable> {
        Ok(Function { trampoline: distance(trampoline as *const ())?, target: distance(target)? })
    }

    /// Calls the function here, with arguments that came as a message.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let double = Function::new(|n: i64| 2 * n)?;
    /// assert!(double.call(Message::encode("no number")?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] if the arguments cannot be decoded or the result cannot
    /// be encoded.
    ///
    /// # Panics
    ///
    /// If the function panics.
    pub fn call(self, arguments: Message) -> Result<Message, CallError> {
        let start = executable().start;
        let trampoline = (start + self.trampoline) as *const ();
        // SAFETY: distances come from `pair` only, in this process or in another process of the
        // same executable file (`from_raw`'s caller promises that), where they mean the same code.
        let trampoline = unsafe { std::mem::transmute::<*const (), Trampoline>(trampoline) };
        trampoline((start + self.target) as *const (), arguments)
    }

    /// The function as numbers, to be sent to another process of the same executable.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let double = Function::new(|n: i64| 2 * n)?;
    /// assert_eq!(double.to_raw(), double.to_raw());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_raw(self) -> (u64, u64) {
        (self.trampoline as u64, self.target as u64)
    }

    /// The function again.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Function, Message};
    /// let double = Function::new(|n: i64| 2 * n)?;
    /// // SAFETY: from `to_raw`, in this process.
    /// let again = unsafe { Function::from_raw(double.to_raw()) };
    /// assert_eq!(again.call(Message::encode(&4_i64)?)?.decode::<i64>()?, 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Safety
    ///
    /// `raw` must come from [`to_raw`](Function::to_raw), in this process or in
    /// one that runs the same executable file.
    pub unsafe fn from_raw(raw: (u64, u64)) -> Function {
        Function { trampoline: raw.0 as usize, target: raw.1 as usize }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function(+{:#x})", self.target)
    }
}

fn answer<A: DeserializeOwned, R: Serialize>(
    arguments: Message,
    call: impl FnOnce(A) -> R,
) -> Result<Message, CallError> {
    let arguments = arguments.decode().map_err(CallError::Arguments)?;
    Message::encode(&call(arguments)).map_err(CallError::Result)
}

fn distance(address: *const ()) -> Result<usize, NotInExecutable> {
    let executable = executable();
    let address = address as usize;
    if !executable.contains(&address) {
        return Err(NotInExecutable);
    }
    Ok(address - executable.start)
}

/// Where the executable's code lies in this process.
fn executable() -> std::ops::Range<usize> {
    // Both are placed by the linker (GNU ld and lld): the first byte of the
    // executable, and the first one after its code.
    unsafe extern "C" {
        static __executable_start: u8;
        static etext: u8;
    }
    (&raw const __executable_start) as usize..(&raw const etext) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(n: i64) -> i64 {
        2 * n
    }

    #[test]
    fn a_function_survives_its_raw_form() {
        let function = Function::new(double).unwrap();
        // SAFETY: from `to_raw` in this process.
        let again = unsafe { Function::from_raw(function.to_raw()) };
        let result = again.call(Message::encode(&21_i64).unwrap()).unwrap();
        assert_eq!(result.decode::<i64>().unwrap(), 42);
    }

    #[test]
    fn a_function_can_be_called_with_each_element() {
        let call = |function: Function, arguments: Message| {
            function.call(arguments).unwrap().decode::<Vec<i64>>().unwrap()
        };
        let each = Function::each(double).unwrap();
        assert_eq!(call(each, Message::encode(&vec![1_i64, 2, 3]).unwrap()), [2, 4, 6]);
        let each_pair = Function::each_pair(|a: i64, b: i64| a - b).unwrap();
        assert_eq!(
            call(each_pair, Message::encode(&vec![(5_i64, 1_i64), (1, 5)]).unwrap()),
            [4, -4]
        );
    }

    #[test]
    fn wrong_arguments_are_an_error_and_the_function_is_not_called() {
        let function = Function::new(double).unwrap();
        let error = function.call(Message::encode("twenty-one").unwrap()).unwrap_err();
        assert!(matches!(error, CallError::Arguments(_)), "{error}");
    }

    #[test]
    fn a_function_of_a_shared_library_is_refused() {
        // libc is one wherever the tests run.
        assert_eq!(distance(libc::getpid as *const ()), Err(NotInExecutable));
    }
}
