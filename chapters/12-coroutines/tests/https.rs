//! The program `pages` against servers of this test's own: encrypted, moved,
//! kept open, broken off.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

/// What a server does with a client once it has its request.
type Serve = fn(&mut dyn Client, &str);

trait Client: Read + Write {}
impl<T: Read + Write> Client for T {}

/// A certificate for `localhost`, and the file that says to believe it.
struct Identity {
    config: Arc<ServerConfig>,
    file: tempfile::NamedTempFile,
}

fn identity() -> Identity {
    let names = vec!["localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(cert.pem().as_bytes()).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![cert.der().clone()], key.into()).unwrap();
    Identity { config: Arc::new(config), file }
}

/// Serves one client after the other. Returns its port.
fn server(identity: Option<&Identity>, serve: Serve) -> u16 {
    let listener = TcpListener::bind("localhost:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = identity.map(|identity| identity.config.clone());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let socket = socket.unwrap();
            match &config {
                None => answer(socket, serve),
                Some(config) => {
                    let connection = ServerConnection::new(config.clone()).unwrap();
                    answer(StreamOwned::new(connection, socket), serve);
                }
            }
        }
    });
    port
}

fn answer(mut client: impl Client, serve: Serve) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        // A client that does not believe the certificate leaves.
        match client.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    serve(&mut client, std::str::from_utf8(&request).unwrap());
}

fn fetch(url: &str, identity: &Identity) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ch12-coroutines"))
        .args(["pages", "--url", url])
        .env("SSL_CERT_FILE", identity.file.path())
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap()
}

fn receives(url: &str, identity: &Identity, bytes: usize) {
    let output = fetch(url, identity);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!("{bytes} bytes received from {url}.")), "{said}");
}

fn fails(url: &str, identity: &Identity, reason: &str) {
    let output = fetch(url, identity);
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(reason), "{error}");
}

/// Keeps the connection open, as HTTP 1.1 does, until the client leaves.
fn keep_open(client: &mut dyn Client, _: &str) {
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").unwrap();
    client.write_all(&[b'.'; 100_000]).unwrap();
    client.flush().unwrap();
    let _ = client.read(&mut [0]);
}

fn break_off(client: &mut dyn Client, _: &str) {
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").unwrap();
    client.write_all(&[b'.'; 99_999]).unwrap();
    client.flush().unwrap();
}

/// Without a length, an answer's end is the connection's, which TLS can tell from a cut.
fn end_without_a_word(client: &mut dyn Client, _: &str) {
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\nhalf a page").unwrap();
    client.flush().unwrap();
}

/// `/0` is at `/1`, and so on; `/4` is a page.
fn move_on(client: &mut dyn Client, request: &str) {
    let place: u32 = request["GET /".len()..].split(' ').next().unwrap().parse().unwrap();
    if place == 4 {
        return keep_open(client, request);
    }
    let to = place + 1;
    write!(client, "HTTP/1.1 302 Found\r\nLocation: /{to}\r\nContent-Length: 0\r\n\r\n").unwrap();
    client.flush().unwrap();
}

fn say_the_host(client: &mut dyn Client, request: &str) {
    let host = request.lines().find_map(|line| line.strip_prefix("Host: localhost:")).unwrap();
    let page = "x".repeat(host.parse().unwrap());
    write!(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    write!(client, "{:x}\r\n{page}\r\n0\r\n\r\n", page.len()).unwrap();
    client.flush().unwrap();
    let _ = client.read(&mut [0]);
}

#[test]
fn pages_come_over_https_as_over_http() {
    let identity = identity();
    for (scheme, known) in [("http", None), ("https", Some(&identity))] {
        let url = |serve: Serve, path: &str| {
            format!("{scheme}://localhost:{}/{path}", server(known, serve))
        };
        receives(&url(keep_open, "?a=b"), &identity, 100_000);
        receives(&url(move_on, "0"), &identity, 100_000);
        let port = server(known, say_the_host);
        receives(&format!("{scheme}://localhost:{port}/"), &identity, port.into());
        fails(
            &url(break_off, ""),
            &identity,
            if known.is_some() { "close_notify" } else { "broke off" },
        );
    }
    receives(&format!("http://localhost:{}/", server(None, end_without_a_word)), &identity, 11);
    let cut = format!("https://localhost:{}/", server(Some(&identity), end_without_a_word));
    fails(&cut, &identity, "close_notify");
}

#[test]
fn who_cannot_prove_who_it_is_gets_no_request() {
    let (known, stranger) = (identity(), identity());
    let port = server(Some(&stranger), |_, request| panic!("it was told {request}"));
    fails(&format!("https://localhost:{port}/"), &known, "certificate");
    // The name is another.
    let port = server(Some(&known), |_, request| panic!("it was told {request}"));
    fails(&format!("https://127.0.0.1:{port}/"), &known, "certificate");
    // No TLS at all on the other side.
    let plain = TcpListener::bind("localhost:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut client, _): (TcpStream, _) = plain.accept().unwrap();
        client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = client.read_to_end(&mut Vec::new());
    });
    assert!(!fetch(&format!("https://localhost:{port}/"), &known).status.success());
}

#[test]
fn a_circle_of_moves_ends() {
    let identity = identity();
    let port = server(None, |client, _| {
        client.write_all(b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n").unwrap();
    });
    fails(&format!("http://localhost:{port}/"), &identity, "moved again and again");
}

#[test]
fn a_name_that_nobody_has_is_an_error() {
    fails("http://nobody.invalid/", &identity(), "nobody.invalid");
}
