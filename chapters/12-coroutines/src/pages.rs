//! Pages to fetch: URLs, the little HTTP that takes, and three local web
//! servers to try it on.
//!
//! Nothing here waits on a hub or on tokio, so the programs for both share it.

mod sites;

pub use sites::LocalSites;

use std::error::Error;
use std::fmt;
use std::rc::Rc;

/// `http://host`, then `:port` or not, then `/path` or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    text: String,
    host: String,
    port: u16,
    path: String,
}

/// Why something cannot be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// Not a URL that this module can use.
    #[error("{url:?} is not a URL for here: give http://HOST[:PORT][/PATH]{hint}")]
    Url {
        /// What was given.
        url: String,
        /// What else there is to say.
        hint: &'static str,
    },
    /// The answer is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The answer is something else than the page: its number and words.
    #[error("the answer is {0}")]
    Status(String),
}

impl Url {
    /// Takes `text` apart.
    ///
    /// ```
    /// use ch12_coroutines::pages::Url;
    ///
    /// let url = Url::parse("http://localhost:8000/docs").unwrap();
    /// assert_eq!(url.address(), ("localhost", 8000));
    /// assert!(Url::parse("https://localhost/").is_err()); // no TLS here
    /// ```
    ///
    /// # Errors
    ///
    /// [`PageError::Url`].
    pub fn parse(text: &str) -> Result<Url, PageError> {
        let wrong = |hint| PageError::Url { url: text.to_owned(), hint };
        if text.starts_with("https://") {
            return Err(wrong("; https needs TLS, which this chapter leaves out"));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(wrong(", without spaces"));
        }
        let rest = text.strip_prefix("http://").ok_or_else(|| wrong(""))?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong(", with a port of 0 to 65535"))?)
            }
            _ => (authority, 80),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(wrong(""));
        }
        Ok(Url { text: text.to_owned(), host: host.to_owned(), port, path: path.to_owned() })
    }

    /// Where to connect.
    ///
    /// ```
    /// let url = ch12_coroutines::pages::Url::parse("http://[::1]:8080/a")?;
    /// assert_eq!(url.address(), ("::1", 8080));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// What to send. It is HTTP 1.0, so the answer ends where the connection does.
    ///
    /// ```
    /// let url = ch12_coroutines::pages::Url::parse("http://example.org/a")?;
    /// assert_eq!(url.request(), b"GET /a HTTP/1.0\r\nHost: example.org\r\n\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request(&self) -> Vec<u8> {
        format!("GET {} HTTP/1.0\r\nHost: {}\r\n\r\n", self.path, self.host).into_bytes()
    }
}

/// The page in `response`, all that the server has sent.
///
/// ```
/// use ch12_coroutines::pages::page;
///
/// assert_eq!(page(b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello").unwrap(), b"hello");
/// let error = page(b"HTTP/1.0 404 Not Found\r\n\r\n").unwrap_err();
/// assert_eq!(error.to_string(), "the answer is 404 Not Found");
/// ```
///
/// # Errors
///
/// [`PageError::NotHttp`] and [`PageError::Status`].
pub fn page(response: &[u8]) -> Result<&[u8], PageError> {
    let end_of_head = response.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end_of_head = end_of_head.ok_or(PageError::NotHttp)?;
    let head = String::from_utf8_lossy(&response[..end_of_head]);
    let status_line = head.lines().next().filter(|line| line.starts_with("HTTP/"));
    let status = status_line.and_then(|line| line.split_once(' ')).map(|(_, status)| status);
    match status {
        None => Err(PageError::NotHttp),
        Some(status) if status.starts_with('2') => Ok(&response[end_of_head + 4..]),
        Some(status) => Err(PageError::Status(status.to_owned())),
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Pages to fetch, and the local sites if they are those.
pub type Asked = (Vec<Url>, Option<Rc<LocalSites>>);

/// What the programs that fetch pages are told to fetch by `[--url URL]...`;
/// without any, three pages of [`LocalSites`].
///
/// # Errors
///
/// An argument that is not understood, with a message for the reader; no sockets.
///
/// ```
/// let arguments = ["--url".to_owned(), "http://example.org/".to_owned()];
/// let (urls, sites) = ch12_coroutines::pages::asked_for(&arguments)?;
/// assert_eq!(urls[0].to_string(), "http://example.org/");
/// assert!(sites.is_none());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub fn asked_for(arguments: &[String]) -> Result<Asked, Box<dyn Error + Send + Sync>> {
    let mut urls = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let url = match argument.strip_prefix("--url") {
            Some("") => arguments.next().map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        let url = url.ok_or_else(|| format!("{argument} is not understood; give --url URL"))?;
        urls.push(Url::parse(url)?);
    }
    if !urls.is_empty() {
        return Ok((urls, None));
    }
    let sites = LocalSites::start()?;
    Ok((sites.urls(), Some(Rc::new(sites))))
}
