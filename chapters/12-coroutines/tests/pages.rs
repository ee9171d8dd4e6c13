//! URLs, pages and the local sites.

use ch12_coroutines::pages::{LocalSites, PageError, Url, asked_for, page};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn urls_are_taken_apart() {
    for (text, host, port, request) in [
        ("http://a.example", "a.example", 80, "GET / "),
        ("http://a.example:8080/x?y=1", "a.example", 8080, "GET /x?y=1 "),
        ("http://[::1]:81/", "::1", 81, "GET / "),
        ("http://[::1]/z", "::1", 80, "GET /z "),
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!(url.address(), (host, port));
        assert!(String::from_utf8(url.request()).unwrap().starts_with(request));
        assert_eq!(url.to_string(), text);
    }
}

#[test]
fn what_is_no_url_is_refused_with_a_reason() {
    for (text, reason) in [
        ("ftp://a", "give http://HOST"),
        ("https://a/", "https needs TLS"),
        ("http://", "give http://HOST"),
        ("http://a:port/", "a port of 0 to 65535"),
        ("http://a/ b", "without spaces"),
        ("http://a/\r\nX: y", "without spaces"),
    ] {
        let error = Url::parse(text).unwrap_err();
        assert!(matches!(error, PageError::Url { .. }));
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn only_a_page_is_a_page() {
    assert_eq!(page(b""), Err(PageError::NotHttp));
    assert_eq!(page(b"SSH-2.0\r\n\r\n"), Err(PageError::NotHttp));
    let moved = page(b"HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n");
    assert_eq!(moved, Err(PageError::Status("301 Moved".to_owned())));
    assert_eq!(page(b"HTTP/1.1 200 OK\r\n\r\n"), Ok(&b""[..]));
}

#[test]
fn arguments_name_the_pages() {
    let of = |arguments: &[&str]| {
        asked_for(&arguments.iter().map(|a| a.to_string()).collect::<Vec<_>>())
    };
    let (urls, sites) = of(&["--url", "http://a", "--url=http://b"]).unwrap();
    assert_eq!(urls.iter().map(Url::to_string).collect::<Vec<_>>(), ["http://a", "http://b"]);
    assert!(sites.is_none());
    assert_eq!(of(&[]).unwrap().0.len(), 3);
    for wrong in [&["--url"][..], &["--urls=x"], &["http://a"], &["--url", "x"]] {
        assert!(of(wrong).is_err());
    }
}

fn ask(url: &Url) -> TcpStream {
    let mut stream = TcpStream::connect(url.address()).unwrap();
    stream.write_all(&url.request()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> Result<usize, PageError> {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    page(&response).map(<[u8]>::len)
}

#[test]
fn the_sites_answer_in_their_own_order_when_told_to() {
    let sites = LocalSites::start().unwrap();
    let urls = sites.urls();
    let mut streams: Vec<_> = urls.iter().map(|url| Some(ask(url))).collect();
    for (site, length) in [(2, 128_000), (0, 51_234), (1, 204_800)] {
        for other in streams.iter().flatten() {
            if !std::ptr::eq(other, streams[site].as_ref().unwrap()) {
                other.set_nonblocking(true).unwrap();
                let early = other.peek(&mut [0]).unwrap_err();
                assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock);
                other.set_nonblocking(false).unwrap();
            }
        }
        assert_eq!(answer(streams[site].take().unwrap()), Ok(length));
        sites.next();
    }
}

#[test]
fn closed_sites_break_off() {
    let sites = LocalSites::start().unwrap();
    let urls = sites.urls();
    // Two of three, so nobody answers.
    let streams: Vec<_> = urls[1..].iter().map(ask).collect();
    sites.close();
    for stream in streams {
        assert_eq!(answer(stream), Err(PageError::NotHttp));
    }
}

#[test]
fn sites_that_nobody_asks_end() {
    drop(LocalSites::start().unwrap());
}
