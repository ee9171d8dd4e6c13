//! Pages to fetch: URLs, what is asked and answered, and three local web
//! servers to try it on.
//!
//! Nothing here waits on a hub or on tokio, so the programs for both share it.

mod answer;
mod sites;

pub use answer::{Answer, Reply};
pub use sites::LocalSites;

use std::error::Error;
use std::fmt;
use std::rc::Rc;

/// Where a page is: a URL of `http` or `https` with a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(url::Url);

/// Why something cannot be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// Not a URL that this module can use.
    #[error("{url:?} is not a URL for here: give http://HOST[:PORT][/PATH], or https")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it, if it is no URL at all.
        #[source]
        source: Option<url::ParseError>,
    },
    /// The answer is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The answer is something else than the page: its number and words.
    #[error("the answer is {0}")]
    Status(String),
    /// The server broke off in the middle of its answer.
    #[error("the answer broke off after {received} bytes")]
    Truncated {
        /// How many bytes came, the answer's head included.
        received: usize,
    },
    /// The answer is larger than what is taken.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The most that is taken of this part of it.
        max: usize,
    },
}

impl Url {
    /// Takes `text` apart.
    ///
    /// ```
    /// use ch12_coroutines::pages::Url;
    ///
    /// let url = Url::parse("http://localhost:8000/docs")?;
    /// assert_eq!(url.address(), ("localhost", 8000));
    /// assert_eq!(Url::parse("https://example.org")?.address(), ("example.org", 443));
    /// assert!(Url::parse("ftp://example.org").is_err());
    /// # Ok::<(), ch12_coroutines::pages::PageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PageError::Url`].
    pub fn parse(text: &str) -> Result<Url, PageError> {
        let wrong = |source| PageError::Url { url: text.to_owned(), source };
        Url::usable(url::Url::parse(text).map_err(|error| wrong(Some(error)))?)
    }

    /// The URL that `text` means on the page of this one.
    ///
    /// ```
    /// use ch12_coroutines::pages::Url;
    ///
    /// let url = Url::parse("http://example.org/a/b")?;
    /// assert_eq!(url.join("../c")?.to_string(), "http://example.org/c");
    /// assert_eq!(url.join("https://other.org")?.to_string(), "https://other.org/");
    /// # Ok::<(), ch12_coroutines::pages::PageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PageError::Url`].
    pub fn join(&self, text: &str) -> Result<Url, PageError> {
        let wrong = |source| PageError::Url { url: text.to_owned(), source };
        Url::usable(self.0.join(text).map_err(|error| wrong(Some(error)))?)
    }

    fn usable(url: url::Url) -> Result<Url, PageError> {
        let known = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        if known && url.port_or_known_default() != Some(0) {
            Ok(Url(url))
        } else {
            Err(PageError::Url { url: url.into(), source: None })
        }
    }

    /// Where to connect.
    ///
    /// ```
    /// let url = ch12_coroutines::pages::Url::parse("http://[::1]:8080/a")?;
    /// assert_eq!(url.address(), ("::1", 8080));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn address(&self) -> (&str, u16) {
        let host = self.0.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (host, self.0.port_or_known_default().unwrap_or_default())
    }

    /// Whether what is said must be encrypted.
    ///
    /// ```
    /// use ch12_coroutines::pages::Url;
    ///
    /// assert!(Url::parse("https://example.org")?.is_https());
    /// # Ok::<(), ch12_coroutines::pages::PageError>(())
    /// ```
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// What to send.
    ///
    /// ```
    /// let url = ch12_coroutines::pages::Url::parse("http://example.org:8080/a?b=c")?;
    /// let request = String::from_utf8(url.request())?;
    /// assert!(request.starts_with("GET /a?b=c HTTP/1.1\r\nHost: example.org:8080\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn request(&self) -> Vec<u8> {
        let query = self.0.query().map(|query| format!("?{query}")).unwrap_or_default();
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        let (path, host) = (self.0.path(), self.0.host_str().unwrap_or_default());
        format!(
            "GET {path}{query} HTTP/1.1\r\nHost: {host}{port}\r\n\
             User-Agent: every-interleaving\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
        .into_bytes()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
