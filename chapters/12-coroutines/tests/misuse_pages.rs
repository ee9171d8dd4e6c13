//! Web servers and clients that lie, trickle, break off or say nothing. What should
//! come of it stands above each, and was written before it ran.

use ch12_coroutines::pages::{Answer, LocalSites, PageError, Reply, Url, asked_for};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Longer than anything here takes; what hangs then fails.
const PATIENCE: Duration = Duration::from_secs(60);
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

/// What comes of this and then of `portion`, again and again.
fn endless(begin: &[u8], portion: &[u8]) -> Result<Option<Reply>, PageError> {
    let (begin, portion) = (begin.to_vec(), portion.to_vec());
    in_time(move || {
        let mut answer = Answer::default();
        let mut outcome = answer.push(&begin);
        while outcome == Ok(None) {
            outcome = answer.push(&portion);
        }
        outcome
    })
}

fn too_large(outcome: &Result<Option<Reply>, PageError>) -> bool {
    matches!(outcome, Err(PageError::TooLarge { .. }))
}

/// A server may talk for ever. What it says is taken up to a limit, whatever it is a part of, and
/// not looked through from the beginning with each byte.
#[test]
fn answers_without_an_end() {
    let line = [b'x'; 1000];
    for (begin, portion) in [
        (&b"HTTP/1.1 200 OK\r\n"[..], &b"X: y\r\n"[..]),
        (b"HTTP/1.1 200 OK\r\nX: ", &line),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 ", &line),
        (&[CHUNKED, b"1;"].concat(), &line),
        (&[CHUNKED, b"0\r\n"].concat(), b"X: y\r\n"),
        (&[CHUNKED, b"0\r\nX: "].concat(), &line),
    ] {
        let outcome = endless(begin, portion);
        // More fields than are counted are no HTTP, and neither is an endless name.
        let refused = too_large(&outcome) || outcome == Err(PageError::NotHttp);
        assert!(refused, "{:?}: {outcome:?}", String::from_utf8_lossy(begin));
    }
    let megabyte = vec![b'x'; 1 << 20];
    assert!(too_large(&endless(b"HTTP/1.1 200 OK\r\n\r\n", &megabyte)), "up to 64 MiB, no more");
    let chunk = [format!("{:x}\r\n", 1 << 20).as_bytes(), &megabyte, b"\r\n"].concat();
    assert!(too_large(&endless(CHUNKED, &chunk)), "in chunks as well");
}

/// No length is guessed from what is none; a page that may be cut is not called a page.
#[test]
fn lengths_that_are_none() {
    for length in [
        &b"\xff"[..],
        b"5\xff",
        b"",
        b" ",
        b"+5",
        b"-0",
        b"5 5",
        b"0x5",
        b"5,6",
        b"5,,5",
        b"5.0",
        b"99999999999999999999999999",
    ] {
        let head = [b"HTTP/1.1 200 OK\r\nContent-Length: ", length, b"\r\n\r\nhello"].concat();
        let outcome = Answer::default().push(&head);
        assert_eq!(outcome, Err(PageError::NotHttp), "{:?}", String::from_utf8_lossy(length));
    }
    for coding in [&b"\xff"[..], b"", b"identity", b"chunked, gzip", b"chunked;x"] {
        let head =
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: ", coding, b"\r\n\r\n0\r\n\r\n"].concat();
        let outcome = Answer::default().push(&head);
        assert_eq!(outcome, Err(PageError::NotHttp), "{:?}", String::from_utf8_lossy(coding));
    }
}

/// Of two, the one that says where each part ends is believed, not the one that lies.
#[test]
fn a_length_beside_chunks_does_not_count() {
    let lie = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhey\r\n0\r\n\r\n";
    assert_eq!(Answer::default().push(lie), Ok(Some(Reply::Page(b"hey".to_vec()))));
}

/// What was whole stays what it was.
#[test]
fn more_comes_after_the_end() {
    for whole in [
        &[CHUNKED, b"3\r\nhey\r\n0\r\n\r\n"].concat()[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey",
    ] {
        let mut answer = Answer::default();
        for part in [whole, b"", b"HTTP/1.1 500 Oh\r\n\r\n"] {
            assert_eq!(answer.push(part), Ok(Some(Reply::Page(b"hey".to_vec()))));
        }
        assert_eq!(answer.end(), Ok(Reply::Page(b"hey".to_vec())));
    }
}

/// Sizes at and beyond the edge: refused, not counted past the end of a number.
#[test]
fn chunks_of_odd_sizes() {
    for size in ["ffffffffffffffff", "fffffffffffffffff", "10000000000000000", "-1", " ", "g"] {
        let outcome = Answer::default().push(&[CHUNKED, size.as_bytes(), b"\r\nx\r\n"].concat());
        let refused = too_large(&outcome) || outcome == Err(PageError::NotHttp);
        assert!(refused, "{size}: {outcome:?}");
    }
    let zeros = [CHUNKED, b"0003\r\nhey\r\n000\r\n\r\n"].concat();
    assert_eq!(Answer::default().push(&zeros), Ok(Some(Reply::Page(b"hey".to_vec()))));
    for cut in [&b"3\r\nheyX"[..], b"3\r\nhey\rX", b"3\r\nhe"] {
        let mut answer = Answer::default();
        let outcome = answer.push(&[CHUNKED, cut].concat());
        let outcome = outcome.and_then(|reply| reply.map_or_else(|| answer.end(), Ok));
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

/// Where to is no text, no address, or another protocol: an error, and nobody is asked.
#[test]
fn moves_to_nowhere() {
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\n\r\n";
    assert_eq!(Answer::default().push(moved), Err(PageError::Status("302 Found".to_owned())));
    let from = Url::parse("https://a.example/b?c#d").unwrap();
    for to in
        ["javascript:alert(1)", "data:,x", "file:///etc/passwd", "http://", "//:1", "http://a:0/"]
    {
        assert!(matches!(from.join(to), Err(PageError::Url { .. })), "{to}");
    }
    for (to, there) in [("", "b?c"), ("?e", "b?e"), ("../../..", ""), ("#f", "b?c#f")] {
        assert_eq!(from.join(to).unwrap().to_string(), format!("https://a.example/{there}"));
    }
}

/// Whatever a URL has in it, one request goes out, with one empty line, at its end.
#[test]
fn urls_that_would_say_more_than_they_may() {
    for text in [
        "http://a.example/\r\nX: y",
        "http://a.example/%0d%0aX:y",
        "http://a.example/?a=b\r\n\r\nGET / HTTP/1.1",
        "http://user:secret@a.example/",
        "http://a.example/ü?ü#ü",
        "HTTP://A.EXAMPLE",
    ] {
        let request = String::from_utf8(Url::parse(text).unwrap().request()).unwrap();
        assert_eq!(request.matches("\r\n\r\n").count(), 1, "{request}");
        assert_eq!(request.lines().count(), 6, "{request}");
        assert!(
            request.contains("Host: a.example\r\n") && !request.contains("secret"),
            "{request}"
        );
    }
}

/// The sites do not wait for it: they end, and it is told by the end of its connection.
#[test]
fn clients_that_ask_for_nothing_or_read_nothing() {
    in_time(|| {
        for said in [&b""[..], b"GET / HTTP/1.1\r\n"] {
            let sites = LocalSites::start().unwrap();
            let mut clients: Vec<_> =
                sites.urls().iter().map(|url| TcpStream::connect(url.address()).unwrap()).collect();
            clients.iter_mut().for_each(|client| client.write_all(said).unwrap());
            drop(sites);
            for mut client in clients {
                match client.read_to_end(&mut Vec::new()) {
                    Ok(read) => assert_eq!(read, 0),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
                }
            }
        }
        // All have asked; each reads nothing of its page.
        let sites = LocalSites::start().unwrap();
        let urls = sites.urls();
        let clients = urls.iter().map(|url| {
            let mut client = TcpStream::connect(url.address()).unwrap();
            client.write_all(&url.request()).unwrap();
            client
        });
        let clients: Vec<_> = clients.collect();
        (0..3).for_each(|_| sites.next());
        drop(sites);
        drop(clients);
    });
}

/// Nobody is asked, and it is said what was not understood.
#[test]
fn arguments_that_are_none() {
    for wrong in
        [&["--url", ""][..], &["--url="], &["--url=http://a", "--url"], &["--", "http://a"]]
    {
        let arguments: Vec<String> = wrong.iter().map(|text| text.to_string()).collect();
        assert!(asked_for(&arguments).is_err(), "{wrong:?}");
    }
}

/// They end with it, however often they are told to, and whoever comes then is refused.
#[test]
fn sites_are_closed_again_and_again() {
    in_time(|| {
        let sites = LocalSites::start().unwrap();
        let urls = sites.urls();
        for _ in 0..3 {
            sites.close();
            sites.next();
        }
        drop(sites);
        for url in urls {
            assert!(TcpStream::connect(url.address()).is_err());
        }
    });
}
