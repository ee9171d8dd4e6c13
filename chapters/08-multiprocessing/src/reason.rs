//! An error that outlives its journey: through a serialiser, and to another process.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// Another error, with all of its [sources](Error::source), in a form that can
/// be cloned, compared and sent to another process.
///
/// In the process where it arose the original is still in it, and its sources
/// can be downcast. After a journey the texts are left, one for each source.
/// Two reasons are equal if they read the same.
///
/// ```
/// use ch08_multiprocessing::{Message, Reason};
/// use std::error::Error;
///
/// let cut = std::io::Error::other(std::fmt::Error);
/// let reason = Reason::new(cut);
/// let arrived: Reason = Message::encode(&reason)?.decode()?;
/// assert_eq!(arrived, reason);
/// assert_eq!(arrived.to_string(), std::fmt::Error.to_string());
/// # Ok::<(), Box<dyn Error>>(())
/// ```
#[derive(Clone)]
pub struct Reason(Arc<dyn Error + Send + Sync>);

/// What is left of an error that came from another process.
#[derive(Debug)]
struct Told {
    text: String,
    source: Option<Box<Told>>,
}

/// What was kept, while somebody listens.
type Kept = Option<Option<Reason>>;

thread_local! {
    /// Of the encoding or decoding that this thread is in. It has no destructor, as the destructors of a thread's other
    /// values may send, too.
    static KEPT: RefCell<ManuallyDrop<Kept>> = const { RefCell::new(ManuallyDrop::new(None)) };
}

fn exchange(kept: Kept) -> Kept {
    KEPT.with_borrow_mut(|before| std::mem::replace(&mut **before, kept))
}

impl Reason {
    /// Takes an error in.
    ///
    /// ```
    /// use ch08_multiprocessing::Reason;
    /// let reason = Reason::new("there was no more of it");
    /// assert_eq!(reason.to_string(), "there was no more of it");
    /// ```
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Reason {
        Reason(Arc::from(error.into()))
    }

    /// Says in a `Serialize` or `Deserialize` why it fails, for the
    /// [`EncodeError`](crate::EncodeError) or [`DecodeError`](crate::DecodeError)
    /// that comes of it: the format keeps no text of a custom error, let alone
    /// its sources.
    ///
    /// ```
    /// use ch08_multiprocessing::{Message, Reason};
    /// use serde::{Serialize, Serializer, ser::Error as _};
    /// use std::error::Error;
    ///
    /// struct File;
    ///
    /// impl Serialize for File {
    ///     fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
    ///         let error = std::io::Error::from(std::io::ErrorKind::NotFound);
    ///         Err(S::Error::custom(Reason::new(error).keep()))
    ///     }
    /// }
    ///
    /// let error = Message::encode(&File).unwrap_err();
    /// assert_eq!(error.source().unwrap().to_string(), "entity not found");
    /// ```
    #[must_use = "give it to `custom` as the error's text"]
    pub fn keep(self) -> Reason {
        let one_before =
            KEPT.with_borrow_mut(|kept| kept.as_mut().and_then(|kept| kept.replace(self.clone())));
        drop(one_before);
        self
    }

    /// Runs `work` and returns with its result the reason that was
    /// [kept](Reason::keep) meanwhile.
    pub(crate) fn kept_by<T>(work: impl FnOnce() -> T) -> (T, Option<Reason>) {
        /// The outer one is put back even if `work` panics.
        struct Restore(Kept);
        impl Drop for Restore {
            fn drop(&mut self) {
                drop(exchange(self.0.take()));
            }
        }
        let _outer = Restore(exchange(Some(None)));
        let result = work();
        (result, exchange(None).flatten())
    }

    fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.0.to_string()];
        let mut next = self.0.source();
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        texts
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reason").field(&self.texts().join(": ")).finish()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Reason {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Reason) -> bool {
        self.texts() == other.texts()
    }
}

impl Eq for Reason {}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reason, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let told = texts
            .into_iter()
            .rev()
            .fold(None, |source, text| Some(Box::new(Told { text, source })));
        let unknown = || Box::new(Told { text: "an unknown reason".to_owned(), source: None });
        Ok(Reason(Arc::from(told.unwrap_or_else(unknown) as Box<dyn Error + Send + Sync>)))
    }
}
