//! The three pages on tokio, also by one thread.

use ch12_coroutines::pages::{self, Answer, Reply, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tour::{Failure, Program, integer, line, value};

pub const PROGRAM: Program = Program::with_arguments(
    "pages-tokio",
    "three pages fetched at once, on tokio",
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
async fn fetch(url: &Url) -> Result<usize, Failure> {
    if url.is_https() {
        return Err("for https, tokio needs the crate tokio-rustls; see `pages`".into());
    }
    let mut stream = TcpStream::connect(url.address()).await?;
    stream.write_all(&url.request()).await?;
    let mut answer = Answer::default();
    let mut bytes = [0; 16 * 1024];
    let reply = loop {
        match stream.read(&mut bytes).await? {
            0 => break answer.end()?,
            count => {
                if let Some(reply) = answer.push(&bytes[..count])? {
                    break reply;
                }
            }
        }
    };
    match reply {
        Reply::Page(page) => Ok(page.len()),
        other => Err(format!("the answer is {other:?}; only `pages` follows that").into()),
    }
}

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    let (urls, sites) = pages::asked_for(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    // Tasks of a `LocalSet` stay on this thread and may share an `Rc`.
    LocalSet::new().block_on(&runtime, async {
        let tasks: Vec<_> = urls
            .into_iter()
            .map(|url| {
                let sites = sites.clone();
                tokio::task::spawn_local(async move {
                    println!("GET: {url}");
                    let result = fetch(&url).await;
                    if let Ok(length) = result {
                        println!("{length} bytes received from {url}.");
                    }
                    if let Some(sites) = sites {
                        if result.is_ok() { sites.next() } else { sites.close() }
                    }
                    result.map_err(|error| format!("{url}: {error}"))
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(())
    })
}
// ANCHOR_END: main
