//! From within something: the end of a thread, a method of an object. And numbers that are none.

use crate::{comes_to, in_time};
use ch08_multiprocessing::active_children;
use ch09_shared_data::manager::{
    Address, Caller, List, Manager, ManagerError, Object, Registry, RemoteError, Shared, Types,
};
use ch09_shared_data::{Array, RawValue, Value};
use std::cell::RefCell;
use std::task::Poll;
use std::thread;
use std::time::Duration;

/// Says something at its end, and lets go of what it has.
struct LastWords {
    list: List,
    own: Option<Manager>,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        self.list.append("the end").unwrap();
        assert_eq!(self.list.clone().len().unwrap(), 2);
        let value = Value::new(1.5).unwrap();
        assert_eq!(value.get(), 1.5);
        drop(self.own.take());
    }
}

thread_local! {
    static LAST: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

pub fn last_words() {
    let manager = Manager::start().unwrap();
    let (kept, other) = (manager.list([1]).unwrap(), manager.list([2]).unwrap());
    let list = kept.clone();
    let pid = in_time(move || {
        let thread = thread::spawn(move || {
            let own = Manager::start().unwrap();
            let pid = own.pid().unwrap();
            LAST.set(Some(LastWords { list, own: Some(own) }));
            // What the library has for a thread is made after this, and so goes before it.
            assert_eq!(other.len().unwrap(), 1);
            pid
        });
        thread.join().unwrap()
    });
    assert!(active_children().iter().all(|child| child.pid() != pid));
    assert_eq!(kept.to_vec().unwrap(), [Object::from(1), "the end".into()]);
    comes_to(&manager, 1);
}

pub fn no_numbers() {
    let nan = f64::NAN;
    let raw = RawValue::new(nan).unwrap();
    // It would go round for ever if a NaN were compared as a number.
    assert!(raw.fetch_add(1.0).is_nan());
    assert_eq!(raw.compare_exchange(raw.load(), 2.0).map(f64::is_nan), Ok(true));
    assert_eq!(raw.compare_exchange(-2.0, nan), Err(2.0));
    let array = Array::new([nan, -0.0, f64::INFINITY]).unwrap();
    assert!(array.get(0).unwrap().is_nan() && array.get(1).unwrap().is_sign_negative());
    let manager = Manager::start().unwrap();
    let dict = manager.dict().unwrap();
    for (key, value) in [(nan, 1), (-0.0, 2), (f64::INFINITY, 3)] {
        dict.insert(Object::Float(key), value).unwrap();
        assert_eq!(dict.get(Object::Float(key)).unwrap(), Object::from(value));
    }
    // As in Python these are one key.
    assert_eq!(dict.get(0).unwrap(), dict.get(false).unwrap());
    assert_eq!(dict.get(Object::Float(0.0)).unwrap(), Object::from(2));
    let list = manager.list([2.0, nan, 1.0].map(Object::Float)).unwrap();
    assert!(matches!(list.sort(), Err(ManagerError::Remote(RemoteError::Type(_)))));
    assert_eq!(list.get(0).unwrap(), Object::Float(2.0));
    assert_eq!(list.index(Object::Float(nan)).unwrap(), 1);
    list.remove(Object::Float(nan)).unwrap();
    list.sort().unwrap();
    assert_eq!(list.to_vec().unwrap(), [1.0, 2.0].map(Object::Float));
    assert!(list.as_proxy().batch([]).unwrap().is_empty());
}

/// Asks its own manager, or makes a copy of it.
struct Asks;

impl Shared for Asks {
    fn call(
        &mut self,
        _: Caller,
        method: &str,
        _: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        if method == "fork" {
            // SAFETY: the manager's other thread holds nothing that the copy needs, which returns from here as well.
            return Poll::Ready(Ok(unsafe { libc::fork() }.into()));
        }
        let address: Address = method.parse().unwrap();
        let asked = Manager::connect_timeout(address, "k", Duration::from_secs(3)).map(drop);
        Poll::Ready(Ok(format!("{:?}", asked.unwrap_err()).as_str().into()))
    }
}

struct WithAsks;

impl Types for WithAsks {
    fn register(registry: &mut Registry) {
        registry.register("Asks", |_| Ok(Box::new(Asks)));
    }
}

pub fn asks_itself() {
    let manager = Manager::builder().types::<WithAsks>().key("k").start().unwrap();
    let list = manager.list([1]).unwrap();
    let asks = manager.create("Asks", []).unwrap();
    let address = manager.address().to_string();
    let told = in_time(move || asks.call::<String>(&address, []).unwrap());
    assert!(told.starts_with("Computes"), "{told}");
    assert_eq!(list.len().unwrap(), 1);
}

pub fn copies_itself() {
    let manager = Manager::builder().types::<WithAsks>().start().unwrap();
    let (asks, list) = (manager.create("Asks", []).unwrap(), manager.list([0]).unwrap());
    for n in 1..20 {
        let copy = in_time({
            let asks = asks.clone();
            move || asks.call::<i64>("fork", []).unwrap()
        });
        assert!(copy > 0, "a copy answers");
        list.append(n).unwrap();
        assert_eq!(list.len().unwrap(), n + 1);
    }
    assert_eq!(manager.count().unwrap(), 2);
}
