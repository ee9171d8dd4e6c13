//! Three pages fetched at once by one thread.
//!
//! The document patches Python's sockets at run time so that a read switches
//! tasks; here the socket is the hub's own. The servers answer in another order than
//! they are asked, each only after the answer before was printed, and none before all were asked.

use super::connect::{Stream, connect};
use ch12_coroutines::hub;
use ch12_coroutines::pages::{self, Answer, Reply, Url};
use tour::{Failure, Program, integer, line, value};

pub const PROGRAM: Program = Program::with_arguments(
    "pages",
    "three pages fetched at once, on a hub",
    "[--url URL]...",
    main,
)
.varying(&[
    line("GET: http://127.0.0.1:<port>/python"),
    line("GET: http://127.0.0.1:<port>/yahoo"),
    line("GET: http://127.0.0.1:<port>/github"),
    line("128000 bytes received from http://127.0.0.1:<port>/github."),
    line("51234 bytes received from http://127.0.0.1:<port>/python."),
    line("204800 bytes received from http://127.0.0.1:<port>/yahoo."),
])
.values(&[value("port", integer(1, 65_535))]);

// ANCHOR: main
fn fetch(url: &Url) -> Result<usize, Failure> {
    let mut url = url.clone();
    for _ in 0..10 {
        let mut stream = connect(&url)?;
        stream.write_all(&url.request())?;
        match read(&mut *stream)? {
            Reply::Page(page) => return Ok(page.len()),
            Reply::Moved(to) => url = url.join(&to)?,
            _ => return Err("an answer that this program does not know".into()),
        }
    }
    Err("it is moved again and again".into())
}

fn read(stream: &mut dyn Stream) -> Result<Reply, Failure> {
    let mut answer = Answer::default();
    let mut bytes = [0; 16 * 1024];
    loop {
        match stream.read(&mut bytes)? {
            0 => return Ok(answer.end()?),
            count => {
                if let Some(reply) = answer.push(&bytes[..count])? {
                    return Ok(reply);
                }
            }
        }
    }
}

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    let (urls, sites) = pages::asked_for(arguments)?;
    let outcomes = hub::run(move || {
        let tasks = urls.into_iter().map(|url| {
            let sites = sites.clone();
            hub::spawn(move || {
                println!("GET: {url}");
                let result = fetch(&url);
                if let Ok(length) = result {
                    println!("{length} bytes received from {url}.");
                }
                if let Some(sites) = sites {
                    if result.is_ok() { sites.next() } else { sites.close() }
                }
                result.map_err(|error| format!("{url}: {error}"))
            })
        });
        hub::join_all(tasks)
    })?;
    for outcome in outcomes {
        outcome??;
    }
    Ok(())
}
// ANCHOR_END: main
