//! File descriptors inside serialised values.
//!
//! A descriptor is a number that means something in one process only. What is
//! written into the bytes is therefore a position in a list, and the list
//! itself travels beside the bytes. While a value is encoded or decoded, a
//! thread-local holds that list; [`Message`](crate::Message) puts it there.

use crate::children::with_room;
use crate::reason::Reason;
use crate::shared::Id;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread::LocalKey;

/// An open file descriptor that can be part of a value sent to another process.
///
/// Put it into the arguments of a [`Process`](crate::Process), into a value
/// sent over a [`Connection`](crate::Connection), or into a type of your own
/// that derives `Serialize` and `Deserialize`. The receiver gets a descriptor
/// of its own for the same open file; the sender keeps its own.
///
/// Any other serialiser (JSON, say) refuses it with an error, since a number
/// on paper opens nothing.
///
/// ```
/// use ch08_multiprocessing::{Descriptor, Process};
/// use std::io::{Read, Write, pipe};
/// use std::os::fd::OwnedFd;
///
/// fn greet(end: Descriptor) {
///     std::fs::File::from(OwnedFd::from(end)).write_all(b"hello").unwrap();
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     ch08_multiprocessing::init();
///     let (mut reader, writer) = pipe()?;
///     // The process takes the writer with it, so that the child holds the
///     // only one and the reader sees its end.
///     let child = Process::new(greet, Descriptor::from(OwnedFd::from(writer))).start()?;
///     let mut text = String::new();
///     reader.read_to_string(&mut text)?;
///     assert_eq!(text, "hello");
///     assert_eq!(child.join()?, 0);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Descriptor(OwnedFd);

impl Descriptor {
    /// Another descriptor of the same open file, in the same process.
    ///
    /// ```
    /// use ch08_multiprocessing::Descriptor;
    /// use std::os::fd::OwnedFd;
    /// let file = std::fs::File::open("/dev/null")?;
    /// let descriptor = Descriptor::from(OwnedFd::from(file));
    /// let mut again = std::fs::File::from(descriptor.try_clone()?);
    /// assert_eq!(std::io::Read::read(&mut again, &mut [0])?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors.
    pub fn try_clone(&self) -> std::io::Result<Descriptor> {
        with_room(|| self.0.try_clone()).map(Descriptor)
    }
}

impl From<OwnedFd> for Descriptor {
    fn from(fd: OwnedFd) -> Descriptor {
        Descriptor(fd)
    }
}

impl From<Descriptor> for OwnedFd {
    fn from(descriptor: Descriptor) -> OwnedFd {
        descriptor.0
    }
}

impl From<Descriptor> for File {
    fn from(descriptor: Descriptor) -> File {
        File::from(descriptor.0)
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// It has no destructor, so that it is there to the very end of a thread: the
/// destructors of a thread's other values may send, too.
type Place<T> = RefCell<Option<ManuallyDrop<T>>>;

thread_local! {
    static OUTGOING: Place<Outgoing> = const { RefCell::new(None) };
    static INCOMING: Place<Vec<Option<Descriptor>>> = const { RefCell::new(None) };
}

fn exchange<T>(place: &'static LocalKey<Place<T>>, new: Option<T>) -> Option<T> {
    place.replace(new.map(ManuallyDrop::new)).map(ManuallyDrop::into_inner)
}

/// The descriptors of a value that is being encoded.
#[derive(Default)]
struct Outgoing {
    list: Vec<Descriptor>,
    /// Where those are that are sent once for many.
    shared: HashMap<Id, u32>,
}

impl Outgoing {
    fn push(&mut self, descriptor: &Descriptor) -> std::io::Result<u32> {
        let position = u32::try_from(self.list.len()).map_err(std::io::Error::other)?;
        self.list.push(descriptor.try_clone()?);
        Ok(position)
    }
}

const NO_CHANNEL: &str =
    "a file descriptor can only be sent to another process, in a ch08_multiprocessing::Message";

impl Serialize for Descriptor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        outgoing(|outgoing| outgoing.push(self))?.serialize(serializer)
    }
}

/// Serialises a descriptor that many values of a message share: it is sent
/// once for all that have this `id`.
pub(crate) fn serialize_once<S: Serializer>(
    descriptor: &Descriptor,
    id: Id,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let position = outgoing(|outgoing| {
        if let Some(&position) = outgoing.shared.get(&id) {
            return Ok(position);
        }
        let position = outgoing.push(descriptor)?;
        outgoing.shared.insert(id, position);
        Ok(position)
    })?;
    position.serialize(serializer)
}

fn outgoing<E: ser::Error>(
    push: impl FnOnce(&mut Outgoing) -> std::io::Result<u32>,
) -> Result<u32, E> {
    OUTGOING.with_borrow_mut(|outgoing| {
        let outgoing = outgoing.as_mut().ok_or_else(|| E::custom(NO_CHANNEL))?;
        push(outgoing).map_err(|error| E::custom(Reason::new(error).keep()))
    })
}

impl<'de> Deserialize<'de> for Descriptor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Descriptor, D::Error> {
        incoming(deserializer, |place| place.take().map(Ok))
    }
}

/// Makes something of a descriptor that others may need, too.
pub(crate) fn deserialize_shared<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    open: impl FnOnce(&Descriptor) -> std::io::Result<T>,
) -> Result<T, D::Error> {
    incoming(deserializer, |place| place.as_ref().map(open))
}

fn incoming<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    take: impl FnOnce(&mut Option<Descriptor>) -> Option<std::io::Result<T>>,
) -> Result<T, D::Error> {
    let position = u32::deserialize(deserializer)? as usize;
    INCOMING.with_borrow_mut(|list| {
        let list = list.as_mut().ok_or_else(|| de::Error::custom(NO_CHANNEL))?;
        let taken = list.get_mut(position).and_then(take);
        let taken = taken.ok_or_else(|| {
            de::Error::custom(Reason::new("a file descriptor is missing from the message").keep())
        })?;
        taken.map_err(|error| de::Error::custom(Reason::new(error).keep()))
    })
}

/// Runs `encode` and returns with its result the descriptors that it met.
pub(crate) fn collecting<T>(encode: impl FnOnce() -> T) -> (T, Vec<Descriptor>) {
    let outer = exchange(&OUTGOING, Some(Outgoing::default()));
    let _outer = Restore { list: &OUTGOING, outer };
    let result = encode();
    (result, exchange(&OUTGOING, None).unwrap_or_default().list)
}

/// Runs `decode`, which may take each of `descriptors` once; closes the others.
pub(crate) fn offering<T>(descriptors: Vec<Descriptor>, decode: impl FnOnce() -> T) -> T {
    let offered = descriptors.into_iter().map(Some).collect();
    let _outer = Restore { list: &INCOMING, outer: exchange(&INCOMING, Some(offered)) };
    decode()
}

/// Puts the outer list back even if a user's `Serialize` panics: a value may
/// hold another [`Message`](crate::Message), and a panic may be caught.
struct Restore<T: 'static> {
    list: &'static LocalKey<Place<T>>,
    outer: Option<T>,
}

impl<T> Drop for Restore<T> {
    fn drop(&mut self) {
        drop(exchange(self.list, self.outer.take()));
    }
}
