//! The hub's way to a web server: plain, or encrypted.

use ch12_coroutines::hub::net::{TcpStream, lookup};
use ch12_coroutines::pages::Url;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A server that says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// To be written to and read from; waits on the hub.
pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

// ANCHOR: main
/// Connects to the first address of the URL's host that accepts.
pub fn connect(url: &Url) -> io::Result<Box<dyn Stream>> {
    let (host, port) = url.address();
    let mut stream = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
    for address in lookup(host, port)? {
        stream = TcpStream::connect_timeout(&address, PATIENCE);
        if stream.is_ok() {
            break;
        }
    }
    let stream = stream?;
    stream.set_read_timeout(Some(PATIENCE));
    stream.set_write_timeout(Some(PATIENCE));
    if !url.is_https() {
        return Ok(Box::new(stream));
    }
    // rustls reads and writes whatever can be read and written, so it waits on the hub, too.
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(trust()?, name).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}
// ANCHOR_END: main

/// Whom to believe: those whom the system believes, or the file that `SSL_CERT_FILE` names.
fn trust() -> io::Result<Arc<ClientConfig>> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = TRUST.get() {
        return Ok(Arc::clone(config));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(io::Error::other("this system knows no certificates to check https with"));
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::clone(TRUST.get_or_init(|| Arc::new(config))))
}
