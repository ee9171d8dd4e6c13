//! A list inside a dict: a plain one is a copy, a proxy is the list itself.

use ch09_shared_data::manager::{List, Manager, Object};
use tour::{Failure, Program};

/// Where the changes go.
pub const PROGRAM: Program = Program::fallible(
    "nested",
    "a change to a copy is lost, a change through a proxy is not",
    main,
);

// ANCHOR: main
/// Appends to both, through what the dict gives out.
pub fn main() -> Result<(), Failure> {
    let manager = Manager::start()?;
    let dict = manager.dict()?;
    dict.insert("plain", vec![1])?;
    dict.insert("proxy", manager.list([1])?)?;

    let mut plain = Vec::<Object>::try_from(dict.get("plain")?).map_err(|o| o.to_string())?;
    plain.push(2.into());
    let proxy = List::try_from(dict.get("proxy")?).map_err(|o| o.to_string())?;
    proxy.append(2)?;

    println!("plain: {}", dict.get("plain")?);
    println!("proxy: {}", Object::List(proxy.to_vec()?));
    println!("objects in the manager: {}", manager.count()?);
    drop(proxy);
    dict.remove("proxy")?;
    println!("without the list: {}", manager.count()?);
    Ok(())
}
// ANCHOR_END: main
