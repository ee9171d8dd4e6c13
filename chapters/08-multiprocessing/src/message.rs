//! A value on its way to another process.

use crate::descriptor::{self, Descriptor};
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

/// The value cannot be serialised.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot serialise the value: {0}")]
pub struct EncodeError(String);

/// The bytes are not a value of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot read the value from its bytes: {0}")]
pub struct DecodeError(String);

/// Where postcard puts the bytes.
///
/// Its own flavour calls `memcpy` for every number, which is a byte or two: in
/// a map over many numbers that was a quarter of all the time.
struct Bytes(Vec<u8>);

impl Flavor for Bytes {
    type Output = Vec<u8>;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        const FEW: usize = 10;
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
    /// # Errors
    ///
    /// If the value's own `Serialize` fails, or a descriptor in it cannot be
    /// duplicated.
    pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Message, EncodeError> {
        // postcard drops the text of a custom error; what says that here is the type.
        let (bytes, descriptors) = descriptor::collecting(|| {
            postcard::serialize_with_flavor::<T, Bytes, Vec<u8>>(value, Bytes(Vec::new()))
        });
        let bytes = bytes
            .map_err(|error| EncodeError(format!("{}: {error}", std::any::type_name::<T>())))?;
        Ok(Message { bytes, descriptors })
    }

    /// The value again. Descriptors that it does not take are closed.
    ///
    /// # Errors
    ///
    /// If the bytes end early, go on after the value, or do not fit the type.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T, DecodeError> {
        let Message { bytes, descriptors } = self;
        let decoded = descriptor::offering(descriptors, || postcard::take_from_bytes::<T>(&bytes));
        let of_type = |what: String| DecodeError(format!("{}: {what}", std::any::type_name::<T>()));
        match decoded {
            Ok((value, [])) => Ok(value),
            Ok((_, rest)) => Err(of_type(format!("{} bytes are left over", rest.len()))),
            Err(error) => Err(of_type(error.to_string())),
        }
    }

    /// The same message again, with descriptors of its own.
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
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
