//! A dict and a list that live in a process of their own: one child changes
//! both, and its parent sees it.
//!
//! The document shows the dict in another order: Python's had none until 3.7.
//!
//! `--listen` makes this process a manager on TCP for programs elsewhere, until
//! it is killed; `--connect` uses such a one instead of starting one. Both
//! need the file that holds the key.

use ch08_multiprocessing::Process;
use ch09_shared_data::manager::{Address, Dict, List, Manager, ManagerError, Object};
use std::net::SocketAddr;
use tour::{Failure, Program};

/// Keys and values of different types, and a list turned round.
pub const PROGRAM: Program = Program::with_arguments(
    "manager",
    "a dict and a list in a server process",
    "[--listen IP:PORT --key-file FILE | --connect IP:PORT --key-file FILE]",
    main,
);

// ANCHOR: main
fn f((dict, list): (Dict, List)) -> Result<(), ManagerError> {
    dict.insert(1, "1")?;
    dict.insert("2", 2)?;
    dict.insert(0.25, Object::None)?;
    list.reverse()
}

/// The child gets proxies: the way to the objects, not the objects.
fn show(manager: &Manager) -> Result<(), Failure> {
    let dict = manager.dict()?;
    let list = manager.list(0..10)?;
    Process::new(f, (dict.clone(), list.clone())).start()?.join()?;
    println!("{}", dict.to_map()?);
    println!("{}", Object::List(list.to_vec()?));
    Ok(())
}

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    match Options::parse(arguments)? {
        Options::Own => show(&Manager::start()?),
        Options::Connect { address, key } => show(&Manager::connect(address, key)?),
        Options::Listen { address, key } => {
            let say = |address: &Address| println!("listening on {address}");
            Ok(Manager::builder().listen(address).key(key).serve(say)?)
        }
    }
}
// ANCHOR_END: main

enum Options {
    Own,
    Listen { address: SocketAddr, key: Vec<u8> },
    Connect { address: Address, key: Vec<u8> },
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Options, String> {
        let (mut listen, mut connect, mut key) = (None, None, None);
        let mut arguments = arguments.iter();
        while let Some(option) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{option} needs a value"));
            let address = |text: &String| {
                text.parse::<SocketAddr>()
                    .map_err(|_| format!("{option} needs IP:PORT, not {text}"))
            };
            match option.as_str() {
                "--listen" => listen = Some(address(value()?)?),
                "--connect" => {
                    let text = value()?;
                    let parsed = text.parse::<Address>().ok();
                    let tcp = parsed.filter(|address| !matches!(address, Address::Local(_)));
                    connect =
                        Some(tcp.ok_or_else(|| format!("{option} needs HOST:PORT, not {text}"))?);
                }
                "--key-file" => key = Some(read_key(value()?)?),
                _ => return Err(format!("manager has no option {option}")),
            }
        }
        match (listen, connect, key) {
            (None, None, None) => Ok(Options::Own),
            (Some(address), None, Some(key)) => Ok(Options::Listen { address, key }),
            (None, Some(address), Some(key)) => Ok(Options::Connect { address, key }),
            (None, None, Some(_)) => Err("--key-file goes with --listen or --connect".to_owned()),
            (Some(_), Some(_), _) => Err("choose --listen or --connect, not both".to_owned()),
            (_, _, None) => Err("on TCP there is no key by default: write some random bytes \
                                 into a file that only you can read, \
                                 and name it with --key-file FILE on both sides"
                .to_owned()),
        }
    }
}

/// Not from the command line, which everybody on the machine can read.
fn read_key(file: &String) -> Result<Vec<u8>, String> {
    match std::fs::read(file) {
        Ok(key) if key.is_empty() => Err(format!("{file} is empty, which is no key")),
        Ok(key) => Ok(key),
        Err(error) => Err(format!("cannot read the key in {file}: {error}")),
    }
}
