//! A context manager written as a generator, as with Python's
//! `contextlib.contextmanager`.
//!
//! An `async fn` is a function that can stop in the middle and go on later.
//! Nothing here is asynchronous: [`with`] polls it once up to its
//! [`Yielder::give`], runs the body, and polls it once more to its end.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use thiserror::Error;

/// Runs `body` in the middle of `manager`, where that gives its value.
///
/// What stands before the [`give`](Yielder::give) runs before the body, what
/// stands after it runs after. If the body returns an error or panics, the
/// manager is not resumed: of what stands after the `give` nothing runs, while
/// every value that the manager holds is dropped. A
/// [`defer`](crate::defer()) before the `give` is thus what `finally` is in
/// Python. There is nothing that an `except` around the `yield` would be: the
/// manager does not learn of the body's error, and cannot swallow it.
///
/// # Errors
///
/// [`ContextError::Failed`] with the manager's error or the body's. The other
/// two are mistakes in the manager. If the manager fails after the body has
/// ended well, what the body returned is dropped.
///
/// # Panics
///
/// Passes on the manager's panics and the body's. One of the manager before the
/// `give` leaves the body out; one after it drops what the body returned.
///
/// ```
/// use ch11_thread_pool::{ContextError, Yielder, with};
/// use std::{cell::RefCell, fmt::Error};
///
/// async fn tag(name: &str, page: &RefCell<String>, caller: Yielder<usize>) -> Result<(), Error> {
///     page.borrow_mut().push_str(&format!("<{name}>"));
///     caller.give(name.len()).await;
///     page.borrow_mut().push_str(&format!("</{name}>"));
///     Ok(())
/// }
///
/// let page = RefCell::new(String::new());
/// let length = with(
///     |caller| tag("em", &page, caller),
///     |length| {
///         page.borrow_mut().push_str("text");
///         Ok(*length)
///     },
/// )?;
/// assert_eq!((length, page.into_inner().as_str()), (2, "<em>text</em>"));
/// # Ok::<(), ContextError<Error>>(())
/// ```
pub fn with<T, R, E, M>(
    manager: impl FnOnce(Yielder<T>) -> M,
    body: impl FnOnce(&mut T) -> Result<R, E>,
) -> Result<R, ContextError<E>>
where
    M: Future<Output = Result<(), E>>,
{
    let place = Rc::new(Cell::new(None));
    let mut manager = pin!(manager(Yielder { place: Rc::clone(&place) }));
    let mut nobody_to_wake = Context::from_waker(Waker::noop());

    match manager.as_mut().poll(&mut nobody_to_wake) {
        Poll::Pending => {}
        Poll::Ready(Ok(())) => return Err(ContextError::DidNotYield),
        Poll::Ready(Err(error)) => return Err(ContextError::Failed(error)),
    }
    // Dropped before the manager if the body fails: made later.
    let mut value = place.take().ok_or(ContextError::DidNotYield)?;
    let result = body(&mut value).map_err(ContextError::Failed)?;
    place.set(Some(value));

    match manager.as_mut().poll(&mut nobody_to_wake) {
        Poll::Ready(Ok(())) => Ok(result),
        Poll::Ready(Err(error)) => Err(ContextError::Failed(error)),
        Poll::Pending => Err(ContextError::DidNotStop),
    }
}

/// The manager's side of [`with`]: the place where its body runs.
pub struct Yielder<T> {
    place: Rc<Cell<Option<T>>>,
}

impl<T> Yielder<T> {
    /// Lends `value` to the body, and returns it when the body has ended well.
    /// It consumes the yielder: a manager gives only once.
    ///
    /// ```
    /// use ch11_thread_pool::{Yielder, with};
    ///
    /// async fn doubled(caller: Yielder<u32>) -> Result<(), String> {
    ///     let left = caller.give(21).await;
    ///     if left == 42 { Ok(()) } else { Err(format!("the body left {left}")) }
    /// }
    ///
    /// let body = |value: &mut u32| {
    ///     *value *= 2;
    ///     Ok(())
    /// };
    /// assert!(with(doubled, body).is_ok());
    /// assert!(with(doubled, |_| Ok(())).is_err());
    /// ```
    pub fn give(self, value: T) -> impl Future<Output = T> {
        let mut value = Some(value);
        poll_fn(move |_| match value.take() {
            Some(value) => {
                self.place.set(Some(value));
                Poll::Pending // until the body has run
            }
            None => self.place.take().map_or(Poll::Pending, Poll::Ready),
        })
    }
}

impl<T> fmt::Debug for Yielder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// Why [`with`] did not come to its regular end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ContextError<E> {
    /// The manager or the body returned this error.
    #[error(transparent)]
    Failed(#[from] E),
    /// The manager ended or waited for something else before it gave a value.
    #[error("the context manager gave no value")]
    DidNotYield,
    /// The manager waited for something else after the body.
    #[error("the context manager did not come to its end")]
    DidNotStop,
}
