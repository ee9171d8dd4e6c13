//! Objects within objects, deeper than a connection carries.

use super::{KEY, in_time};
use ch09_shared_data::manager::{
    Caller, Lock, Manager, ManagerError, Object, Registry, RemoteError, Shared, Types, no_method,
};
use std::task::Poll;

fn nested(depth: usize) -> Object {
    (1..depth).fold(Object::Int(7), |inner, _| Object::List(vec![inner]))
}

fn says_nested<T: std::fmt::Debug>(result: Result<T, ManagerError>) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains("nested"), "{error}");
}

pub fn too_deep() {
    let manager = Manager::builder().key(KEY).start().unwrap();
    let (list, dict, lock) =
        (manager.list([0]).unwrap(), manager.dict().unwrap(), manager.lock().unwrap());
    let guard = lock.lock().unwrap();
    for depth in [129, 130, 1000, 10_000] {
        says_nested(list.append(nested(depth)));
        says_nested(dict.insert("a", nested(depth)));
        says_nested(list.extend([nested(depth)]));
        says_nested(manager.list([nested(depth)]));
        says_nested(manager.queue(0).unwrap().put(nested(depth)));
        says_nested(list.as_proxy().batch([("append", vec![nested(depth)])]));
    }
    // What is kept can be had again, in whatever it is kept.
    let deepest = (1..).take_while(|&depth| list.set(0, nested(depth)).is_ok()).last().unwrap();
    assert!(deepest >= 64, "{deepest}");
    assert_eq!(list.get(0).unwrap(), nested(deepest));
    assert_eq!(list.to_vec().unwrap(), [nested(deepest)]);
    dict.insert("a", nested(deepest)).unwrap();
    assert_eq!(dict.to_map().unwrap().get(&"a".into()), Some(&nested(deepest)));
    assert_eq!(dict.pop_item().unwrap(), ("a".into(), nested(deepest)));
    // The lock was not lost with a connection.
    assert!(lock.is_owned_by_nobody_else());
    drop(guard);
    drop(lock.try_lock().unwrap().unwrap());
}

/// Answers with as many levels as it is asked for.
struct Deep;

impl Shared for Deep {
    fn call(
        &mut self,
        _: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        Poll::Ready(match (method, given) {
            ("deep", [Object::Int(depth)]) => Ok(nested(*depth as usize)),
            ("fails", [Object::Int(depth)]) => Err(RemoteError::Key(nested(*depth as usize))),
            _ => no_method("Deep", method),
        })
    }
}

struct WithDeep;

impl Types for WithDeep {
    fn register(registry: &mut Registry) {
        registry.register("Deep", |_| Ok(Box::new(Deep)));
    }
}

pub fn deep_answer() {
    let manager = Manager::builder().types::<WithDeep>().start().unwrap();
    let deep = manager.create("Deep", []).unwrap();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    assert_eq!(deep.call::<Object>("deep", [100.into()]).unwrap(), nested(100));
    for depth in [129, 5000] {
        says_nested(deep.call::<Object>("deep", [depth.into()]));
        says_nested(deep.call::<Object>("fails", [depth.into()]));
        says_nested(deep.batch([("deep", vec![depth.into()])]));
    }
    assert!(lock.is_owned_by_nobody_else());
    drop(guard);
}

pub trait OwnedByNobodyElse {
    fn is_owned_by_nobody_else(&self) -> bool;
}

impl OwnedByNobodyElse for Lock {
    /// Another thread cannot have it.
    fn is_owned_by_nobody_else(&self) -> bool {
        let lock = self.clone();
        in_time(move || lock.try_lock().unwrap().is_none())
    }
}
