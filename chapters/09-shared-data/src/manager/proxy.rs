//! What a program has of an object that lives in a manager.

use super::address::{Address, with_room};
use super::error::ManagerError;
use super::handshake::Key;
use super::link::Link;
use super::object::{Handle, MAX_DEPTH_SENT, Object};
use super::protocol::{Call, Reply, Request};
use ch08_multiprocessing::{Descriptor, Reason};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Resource, getrlimit};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

/// A reference to an object of any type in a manager.
///
/// It can be used from any thread, sent to other processes, and put into other
/// objects of the same manager. The object lives until the last reference to
/// it is gone.
///
/// The types that a manager brings along have proxies with methods of their
/// own; this is for types that were registered.
#[derive(Clone)]
pub struct Proxy {
    reference: Arc<Reference>,
}

/// One of the references that the manager counts for this process.
struct Reference {
    link: Arc<Link>,
    id: u64,
    type_name: String,
}

impl Drop for Reference {
    fn drop(&mut self) {
        // A manager that is gone counts nothing any more. In a forked child
        // the reference is its parent's; the child has none to release.
        self.link.release(self.id);
    }
}

impl Proxy {
    /// A new object of a registered type.
    pub(super) fn create(
        link: &Arc<Link>,
        type_name: &str,
        mut arguments: Vec<Object>,
    ) -> Result<Proxy, ManagerError> {
        check_handles(link, &mut arguments)?;
        let request = Request::Create { type_name: type_name.into(), arguments };
        let created = one(link, link.exchange(&request)?)?;
        Proxy::try_from(created).map_err(|answer| ManagerError::Unexpected { answer })
    }

    /// The object of this name.
    pub(super) fn named(
        link: &Arc<Link>,
        name: &str,
        type_name: &str,
        mut arguments: Vec<Object>,
    ) -> Result<Proxy, ManagerError> {
        check_handles(link, &mut arguments)?;
        let request = Request::Named { name: name.into(), type_name: type_name.into(), arguments };
        let named = one(link, link.exchange(&request)?)?;
        Proxy::try_from(named).map_err(|answer| ManagerError::Unexpected { answer })
    }

    /// The name under which its type is registered.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// assert_eq!(manager.list([1])?.as_proxy().type_name(), "list");
    /// # Ok(())
    /// # }
    /// ```
    pub fn type_name(&self) -> &str {
        &self.reference.type_name
    }

    /// Calls a method, and waits as long as the method does, and as others that the
    /// manager computes first. One that says nothing to anybody for a minute, not even
    /// that it computes, is [`ManagerError::Silent`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// let list = manager.list([1, 2])?;
    /// assert_eq!(list.as_proxy().call::<usize>("len", [])?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn call<R: TryFrom<Object, Error: Into<Object>>>(
        &self,
        method: &str,
        arguments: impl Into<Vec<Object>>,
    ) -> Result<R, ManagerError> {
        self.call_waiting(method, arguments, None)
    }

    /// Calls a method that may wait: for ever (`None`), or for a time, after
    /// which the method says what it says then.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// use std::time::Duration;
    /// let event = manager.event()?;
    /// let timeout = Some(Duration::from_millis(1));
    /// assert!(!event.as_proxy().call_waiting::<bool>("wait", [], timeout)?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn call_waiting<R: TryFrom<Object, Error: Into<Object>>>(
        &self,
        method: &str,
        arguments: impl Into<Vec<Object>>,
        timeout: Option<Duration>,
    ) -> Result<R, ManagerError> {
        let mut arguments = arguments.into();
        check_handles(&self.reference.link, &mut arguments)?;
        let call = Call { method: method.into(), arguments };
        let request = Request::Call { id: self.reference.id, call, timeout };
        let answer = one(&self.reference.link, self.reference.link.exchange(&request)?)?;
        R::try_from(answer).map_err(|answer| ManagerError::Unexpected { answer: answer.into() })
    }

    /// Calls several methods in one round trip, and lets nobody come between
    /// them. None of them waits.
    ///
    /// ```
    /// use ch09_shared_data::manager::Manager;
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     ch08_multiprocessing::init();
    ///     let manager = Manager::start()?;
    ///     let list = manager.list([1, 2])?;
    ///     let batch = (3..1000).map(|n| ("append", vec![n.into()]));
    ///     list.as_proxy().batch(batch)?;
    ///     assert_eq!(list.len()?, 999);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`] if there is no answer at all. The error of one call
    /// stands in its place in the results; the others are made all the same.
    pub fn batch<'a>(
        &self,
        calls: impl IntoIterator<Item = (&'a str, Vec<Object>)>,
    ) -> Result<Vec<Result<Object, ManagerError>>, ManagerError> {
        let link = &self.reference.link;
        let calls = calls
            .into_iter()
            .map(|(method, mut arguments)| {
                check_handles(link, &mut arguments)?;
                Ok(Call { method: method.into(), arguments })
            })
            .collect::<Result<_, ManagerError>>()?;
        match link.exchange(&Request::Batch { id: self.reference.id, calls })? {
            Reply::Many(results) => Ok(results
                .into_iter()
                .map(|result| result.map(|object| received(link, object)).map_err(Into::into))
                .collect()),
            reply => one(link, reply).map(|object| vec![Ok(object)]),
        }
    }
}

/// Handles are numbers, which mean something else in another manager.
fn check_handles(link: &Link, arguments: &mut [Object]) -> Result<(), ManagerError> {
    if arguments.iter().any(|argument| argument.is_deeper_than(MAX_DEPTH_SENT)) {
        let what = format!("objects are nested more than {MAX_DEPTH_SENT} levels deep");
        return Err(ManagerError::Format(what));
    }
    let mut ours = true;
    for argument in arguments {
        argument.visit_handles(&mut |handle| {
            let reference =
                handle.keep.as_deref().and_then(|keep| keep.downcast_ref::<Reference>());
            ours &= reference.is_some_and(|reference| reference.link.address == link.address);
        });
    }
    if ours { Ok(()) } else { Err(ManagerError::OtherManager { address: link.address.clone() }) }
}

/// The one result that a reply should hold.
pub(super) fn one(link: &Arc<Link>, reply: Reply) -> Result<Object, ManagerError> {
    match reply {
        Reply::One(Ok(object)) => Ok(received(link, object)),
        Reply::One(Err(error)) => Err(error.into()),
        Reply::Many(_) => Err(ManagerError::Format("several answers to one call".to_owned())),
    }
}

/// The handles in an answer are references that this process now has.
fn received(link: &Arc<Link>, mut object: Object) -> Object {
    object.visit_handles(&mut |handle| {
        let (link, type_name) = (Arc::clone(link), handle.type_name.clone());
        handle.keep = Some(Arc::new(Reference { link, id: handle.id, type_name }));
    });
    object
}

impl From<Proxy> for Object {
    fn from(proxy: Proxy) -> Object {
        let Reference { id, ref type_name, .. } = *proxy.reference;
        let type_name = type_name.clone();
        Object::Proxy(Handle { id, type_name, keep: Some(proxy.reference) })
    }
}

impl TryFrom<Object> for Proxy {
    type Error = Object;

    fn try_from(object: Object) -> Result<Proxy, Object> {
        match object {
            Object::Proxy(Handle { id, type_name, keep: Some(keep) }) => {
                match keep.downcast::<Reference>() {
                    Ok(reference) => Ok(Proxy { reference }),
                    Err(keep) => Err(Object::Proxy(Handle { id, type_name, keep: Some(keep) })),
                }
            }
            other => Err(other),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reference { link, id, type_name } = &*self.reference;
        write!(f, "<{type_name} {id} of the manager at {}>", link.address)
    }
}

/// A proxy on its way. The key goes along in a descriptor: it is never among
/// the bytes, which may be logged or stored, and nothing but a message between
/// processes can take it.
#[derive(Serialize, Deserialize)]
struct Parcel {
    address: Address,
    key: Descriptor,
    /// A connection to the manager that holds the reference until a receiver
    /// has its own. If nobody ever does, the system closes it with the message.
    loan: Descriptor,
    id: u64,
    type_name: String,
}

impl Serialize for Proxy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Reference { link, id, type_name } = &*self.reference;
        let keep = |error: ManagerError| ser::Error::custom(Reason::new(error).keep());
        let (loan, reply) = link.lend(*id).map_err(keep)?;
        one(link, reply).map_err(keep)?;
        let parcel = Parcel {
            address: link.address.clone(),
            key: pack(&link.key).map_err(|error| keep(error.into()))?,
            loan: loan.into(),
            id: *id,
            type_name: type_name.clone(),
        };
        parcel.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Proxy, D::Error> {
        let Parcel { address, key, loan, id, type_name } = Parcel::deserialize(deserializer)?;
        let keep = |error: ManagerError| de::Error::custom(Reason::new(error).keep());
        let key = unpack(key).map_err(|error| keep(error.into()))?;
        let link = Link::to(address, key);
        let adopted = link.exchange(&Request::Adopt { id });
        adopted.and_then(|reply| one(&link, reply)).map_err(keep)?;
        drop(loan);
        Ok(Proxy { reference: Arc::new(Reference { link, id, type_name }) })
    }
}

/// A key in a file without a name.
pub(super) fn pack(key: &Key) -> io::Result<Descriptor> {
    // To exceed it would end the process with SIGXFSZ.
    if getrlimit(Resource::Fsize).current.is_some_and(|limit| key.0.len() as u64 > limit) {
        return Err(io::Error::from_raw_os_error(libc::EFBIG));
    }
    let open = || Ok(memfd_create("every-interleaving-key", MemfdFlags::CLOEXEC)?);
    let mut file = File::from(with_room(open)?);
    file.write_all(&key.0)?;
    Ok(Descriptor::from(std::os::fd::OwnedFd::from(file)))
}

pub(super) fn unpack(key: Descriptor) -> io::Result<Key> {
    let file = File::from(key);
    let mut bytes = vec![0; usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(Key(bytes))
}
