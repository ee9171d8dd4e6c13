//! A value on its way to another process.

use crate::descriptor::{self, Descriptor};
use crate::reason::Reason;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

/// A value in serialised form: its bytes, and the file descriptors in it.
///
/// The bytes are in [postcard](https://docs.rs/postcard)'s format. It is
/// compact and does not describe itself: sender and receiver must use the same
/// type, and types that look ahead (serde's `untagged`, `flatten`) do not work.
///
/// ```
/// use ch08_multiprocessing::Message;
/// let message = Message::encode(&("bob", 3))?;
/// assert_eq!(message.decode::<(String, i32)>()?, ("bob".to_owned(), 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Message {
    #[serde(with = "serde_bytes")]
    pub(crate) bytes: Vec<u8>,
    pub(crate) descriptors: Vec<Descriptor>,
}

/// The value cannot be serialised. Its source says why, if that is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot serialise the value: {what}")]
pub struct EncodeError {
    what: String,
    #[source]
    reason: Option<Reason>,
}

/// The bytes are not a value of the type asked for. Its source says why, if
/// that is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot read the value from its bytes: {what}")]
pub struct DecodeError {
    what: String,
    #[source]
    reason: Option<Reason>,
}

/// The most bytes in a message: a frame's length has 32 bits, and what a pool,
/// say, puts around a message needs some of them.
const MAX: usize = u32::MAX as usize - 4096;

/// Where postcard puts the bytes.
///
/// Its own flavour calls `memcpy` for every number, which is a byte or two: in
/// a map over many numbers that was a quarter of all the time.
struct Bytes(Vec<u8>);

impl Bytes {
    /// A value that does not fit into memory is an error, not the end of the process.
    #[cold]
    fn grow(&mut self, bytes: usize) -> postcard::Result<()> {
        let refuse = |reason: Reason| {
            let _ = reason.keep();
            postcard::Error::SerializeBufferFull
        };
        if bytes > MAX - self.0.len() {
            return Err(refuse(Reason::new("a message holds less than 4 GiB")));
        }
        self.0.try_reserve(bytes).map_err(|error| refuse(Reason::new(error)))
    }
}

impl Flavor for Bytes {
    type Output = Vec<u8>;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        if self.0.len() == self.0.capacity() {
            self.grow(1)?;
        }
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        const FEW: usize = 10;
        if self.0.capacity() - self.0.len() < bytes.len() {
            self.grow(bytes.len())?;
        }
        if bytes.len() > FEW {
            self.0.extend_from_slice(bytes);
        } else {
            bytes.iter().for_each(|&byte| self.0.push(byte));
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

impl Message {
    /// Serialises `value`.
    ///
    /// ```
    /// # use ch08_multiprocessing::Message;
    /// let message = Message::encode(&("bob", 3))?;
    /// assert_eq!(message.bytes(), b"\x03bob\x06");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the value's own `Serialize` fails, or a descriptor in it cannot be
    /// duplicated.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Message, EncodeError> {
        // postcard drops the text of a custom error; what says that here is the type.
        let ((bytes, descriptors), reason) = Reason::kept_by(|| {
            descriptor::collecting(|| {
                postcard::serialize_with_flavor::<T, Bytes, Vec<u8>>(value, Bytes(Vec::new()))
            })
        });
        let bytes = bytes.map_err(|error| {
            let what = format!("{}: {error}", std::any::type_name::<T>());
            EncodeError { what, reason }
        })?;
        Ok(Message { bytes, descriptors })
    }

    /// The value again. Descriptors that it does not take are closed.
    ///
    /// ```
    /// # use ch08_multiprocessing::Message;
    /// let message = Message::encode(&vec!['a', 'b'])?;
    /// assert!(message.try_clone()?.decode::<bool>().is_err(), "it is no bool");
    /// assert_eq!(message.decode::<Vec<char>>()?, ['a', 'b']);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the bytes end early, go on after the value, or do not fit the type.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T, DecodeError> {
        let Message { bytes, descriptors } = self;
        let (decoded, reason) = Reason::kept_by(|| {
            descriptor::offering(descriptors, || postcard::take_from_bytes::<T>(&bytes))
        });
        let of_type = |what: String| {
            let what = format!("{}: {what}", std::any::type_name::<T>());
            DecodeError { what, reason }
        };
        match decoded {
            Ok((value, [])) => Ok(value),
            Ok((_, rest)) => Err(of_type(format!("{} bytes are left over", rest.len()))),
            Err(error) => Err(of_type(error.to_string())),
        }
    }

    /// The same message again, with descriptors of its own.
    ///
    /// ```
    /// # use ch08_multiprocessing::Message;
    /// let message = Message::encode(&1)?;
    /// assert_eq!(message.try_clone()?.bytes(), message.bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors.
    pub fn try_clone(&self) -> std::io::Result<Message> {
        let descriptors =
            self.descriptors.iter().map(Descriptor::try_clone).collect::<Result<_, _>>()?;
        Ok(Message { bytes: self.bytes.clone(), descriptors })
    }

    /// The serialised bytes, without what the descriptors stand for.
    ///
    /// ```
    /// # use ch08_multiprocessing::Message;
    /// assert_eq!(Message::encode(&true)?.bytes(), [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
