//! URLs, pages and the local sites.

use ch12_coroutines::pages::{Answer, LocalSites, PageError, Reply, Url, asked_for};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn urls_are_taken_apart() {
    for (text, host, port, request, asked) in [
        ("http://a.example", "a.example", 80, "GET / ", "Host: a.example\r\n"),
        (
            "http://a.example:8080/x?y=1",
            "a.example",
            8080,
            "GET /x?y=1 ",
            "Host: a.example:8080\r\n",
        ),
        ("https://a.example:443/", "a.example", 443, "GET / ", "Host: a.example\r\n"),
        ("https://a.example:80/", "a.example", 80, "GET / ", "Host: a.example:80\r\n"),
        ("http://[::1]:81/", "::1", 81, "GET / ", "Host: [::1]:81\r\n"),
        ("http://[::1]/z#there", "::1", 80, "GET /z ", "Host: [::1]\r\n"),
        ("http://a/ b", "a", 80, "GET /%20b ", "Host: a\r\n"),
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!(url.address(), (host, port));
        let said = String::from_utf8(url.request()).unwrap();
        assert!(said.starts_with(request) && said.contains(asked), "{said}");
        assert!(said.ends_with("\r\n\r\n") && said.matches("\r\n\r\n").count() == 1);
    }
}

#[test]
fn what_is_no_url_is_refused_with_a_reason() {
    for text in [
        "ftp://a",
        "http://",
        "http://a:port/",
        "http://a:99999",
        "http://a:0",
        "/x",
        "file:///x",
        "",
    ] {
        let error = Url::parse(text).unwrap_err();
        assert!(matches!(error, PageError::Url { .. }), "{text}");
        assert!(error.to_string().contains("give http://HOST"), "{error}");
    }
    let url = Url::parse("http://a/b").unwrap();
    assert!(url.join("ftp://c").is_err());
    assert_eq!(url.join("//c/d").unwrap().to_string(), "http://c/d");
}

/// What comes of an answer, a byte at a time and all at once.
fn of(bytes: &[u8]) -> Result<Reply, PageError> {
    let whole = |portion: usize| {
        let mut answer = Answer::default();
        for part in bytes.chunks(portion) {
            if let Some(reply) = answer.push(part)? {
                return Ok(reply);
            }
        }
        answer.end()
    };
    let (slow, fast) = (whole(1), whole(bytes.len().max(1)));
    match (&slow, &fast) {
        (Err(PageError::Truncated { .. }), Err(PageError::Truncated { .. })) => {}
        _ => assert_eq!(slow, fast),
    }
    fast
}

fn page(text: &str) -> Result<Reply, PageError> {
    Ok(Reply::Page(text.as_bytes().to_vec()))
}

#[test]
fn only_a_page_is_a_page() {
    assert_eq!(of(b""), Err(PageError::NotHttp));
    assert_eq!(of(b"SSH-2.0\r\n\r\n"), Err(PageError::NotHttp));
    assert_eq!(of(b"HTTP/1.1 200 OK\r\n\r\n"), page(""));
    assert_eq!(
        of(b"HTTP/1.1 404 Not Found\r\n\r\n"),
        Err(PageError::Status("404 Not Found".into()))
    );
    let moved = Ok(Reply::Moved("x".to_owned()));
    assert_eq!(of(b"HTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n"), moved);
    // Nowhere to go, and nothing that has moved.
    assert_eq!(of(b"HTTP/1.1 302 \r\n\r\n"), Err(PageError::Status("302".into())));
    assert_eq!(
        of(b"HTTP/1.1 304 Not\r\nLocation: x\r\n\r\n"),
        Err(PageError::Status("304 Not".into()))
    );
}

#[test]
fn an_answer_says_where_it_ends() {
    let head = "HTTP/1.1 200 OK\r\n";
    let of = |rest: &str| of(format!("{head}{rest}").as_bytes());
    assert_eq!(of("content-LENGTH: 2\r\n\r\nhey"), page("he"));
    assert_eq!(of("Content-Length: 2, 2\r\n\r\nhey"), page("he"));
    assert_eq!(of("Content-Length: 0\r\n\r\n"), page(""));
    assert_eq!(of("\r\nhey"), page("hey"));
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    assert_eq!(of(&format!("{chunked}2\r\nhe\r\n1;x=y\r\ny\r\n0\r\n\r\nmore")), page("hey"));
    assert_eq!(of(&format!("{chunked}0\r\nX: y\r\n\r\n")), page(""));
    let early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(self::of(early), page("x"));
    assert_eq!(self::of(b"HTTP/1.1 204 None\r\n\r\nx"), page(""));
}

#[test]
fn what_breaks_off_or_lies_is_no_page() {
    let head = "HTTP/1.1 200 OK\r\n";
    let of = |rest: &str| of(format!("{head}{rest}").as_bytes());
    for broken in [
        "",
        "Content-Length: 4\r\n\r\nhey",
        "Content-Length: 1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nhey\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nhe",
        "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n",
    ] {
        let outcome = of(broken);
        assert!(matches!(outcome, Err(PageError::Truncated { .. })), "{broken:?}: {outcome:?}");
    }
    for lie in [
        "Content-Length: -1\r\n\r\nx",
        "Content-Length: x\r\n\r\nx",
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        "Transfer-Encoding: gzip\r\n\r\nx",
        "Transfer-Encoding: chunked\r\n\r\nz\r\nhey\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nhey\r\n0\r\n\r\n",
    ] {
        assert_eq!(of(lie), Err(PageError::NotHttp), "{lie:?}");
    }
    for large in [
        "Content-Length: 999999999999\r\n\r\nx",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\nx",
    ] {
        assert!(matches!(of(large), Err(PageError::TooLarge { .. })), "{large:?}");
    }
    let endless = vec![b'x'; 1 << 20];
    let mut answer = Answer::default();
    answer.push(b"HTTP/1.1 200 OK\r\nX: ").unwrap();
    assert!(matches!(answer.push(&endless), Err(PageError::TooLarge { .. })));
}

#[test]
fn arguments_name_the_pages() {
    let of = |arguments: &[&str]| {
        asked_for(&arguments.iter().map(|a| a.to_string()).collect::<Vec<_>>())
    };
    let (urls, sites) = of(&["--url", "http://a", "--url=http://b"]).unwrap();
    assert_eq!(urls.iter().map(Url::to_string).collect::<Vec<_>>(), ["http://a/", "http://b/"]);
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

fn whole(mut stream: TcpStream) -> Result<usize, PageError> {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    match of(&response)? {
        Reply::Page(page) => Ok(page.len()),
        other => panic!("{other:?}"),
    }
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
        assert_eq!(whole(streams[site].take().unwrap()), Ok(length));
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
        assert_eq!(whole(stream), Err(PageError::NotHttp));
    }
}

#[test]
fn sites_that_nobody_asks_end() {
    drop(LocalSites::start().unwrap());
}
