//! What a web server answers, as it arrives.

use super::PageError;

/// The largest page, and the largest head, that are taken.
const MAX_PAGE: usize = 64 << 20;
const MAX_HEAD: usize = 64 << 10;
/// The longest line before a chunk.
const MAX_LINE: usize = 4 << 10;

/// The answer of a web server to one request, as far as it has come.
///
/// It knows from the answer itself where that ends: servers that keep their
/// connection open hold nobody up, and one that breaks off is found out.
///
/// ```
/// use ch12_coroutines::pages::{Answer, Reply};
///
/// let mut answer = Answer::default();
/// assert_eq!(answer.push(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")?, None);
/// assert_eq!(answer.push(b"llo")?, Some(Reply::Page(b"hello".to_vec())));
///
/// let mut answer = Answer::default();
/// answer.push(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")?;
/// assert!(answer.end().is_err(), "3 bytes are missing");
/// # Ok::<(), ch12_coroutines::pages::PageError>(())
/// ```
#[derive(Debug, Default)]
pub struct Answer {
    received: Vec<u8>,
    /// Where the head begins: informational answers may come before it.
    begun: usize,
    /// Up to where an empty line was looked for, so that no byte is looked at with each that comes.
    looked: usize,
    head: Option<Head>,
    /// Of a page in chunks: what there is of it, and how much of the body that is.
    page: Vec<u8>,
    taken: usize,
    chunks: Chunks,
}

/// How far a page in chunks has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Chunks {
    #[default]
    More,
    /// The last is there, and fields may follow.
    Last,
    Whole,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// The page.
    Page(Vec<u8>),
    /// It is at another URL, which may be relative to the one asked.
    Moved(String),
}

/// How a body says where it ends.
#[derive(Debug, Clone, Copy)]
enum Length {
    Known(usize),
    Chunks,
    /// Where the connection ends.
    Open,
}

#[derive(Debug)]
struct Head {
    /// Where the body begins.
    size: usize,
    length: Length,
    moved: Option<String>,
}

impl Answer {
    /// Takes in what has come. The answer, once it is whole.
    ///
    /// ```
    /// use ch12_coroutines::pages::{Answer, Reply};
    ///
    /// let moved = b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n";
    /// let reply = Answer::default().push(moved)?;
    /// assert_eq!(reply, Some(Reply::Moved("/new".to_owned())));
    /// # Ok::<(), ch12_coroutines::pages::PageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PageError`] as soon as the answer cannot become a page any more.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Reply>, PageError> {
        self.received.extend_from_slice(bytes);
        self.reply(false)
    }

    /// The answer of a server that has closed its connection.
    ///
    /// ```
    /// use ch12_coroutines::pages::{Answer, PageError, Reply};
    ///
    /// let mut answer = Answer::default();
    /// // No length is told: it ends where the connection does.
    /// assert_eq!(answer.push(b"HTTP/1.0 200 OK\r\n\r\nhello")?, None);
    /// assert_eq!(answer.end()?, Reply::Page(b"hello".to_vec()));
    /// assert_eq!(Answer::default().end(), Err(PageError::NotHttp));
    /// # Ok::<(), PageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PageError::Truncated`] if there should have been more.
    pub fn end(mut self) -> Result<Reply, PageError> {
        if self.received.is_empty() {
            return Err(PageError::NotHttp);
        }
        let received = self.received.len();
        self.reply(true)?.ok_or(PageError::Truncated { received })
    }

    fn reply(&mut self, ended: bool) -> Result<Option<Reply>, PageError> {
        if self.head.is_none() {
            self.head = self.find_head()?;
        }
        let Some(head) = &self.head else {
            return within(MAX_HEAD, self.received.len()).map(|()| None);
        };
        let body = &self.received[head.size..];
        let too_long = match head.length {
            Length::Known(length) => length > MAX_PAGE,
            Length::Chunks => false,
            Length::Open => body.len() > MAX_PAGE,
        };
        // What comes in chunks is larger than the page in it.
        if too_long || body.len() > 2 * MAX_PAGE {
            return Err(PageError::TooLarge { max: MAX_PAGE });
        }
        if let Some(moved) = &head.moved {
            return Ok(Some(Reply::Moved(moved.clone())));
        }
        let start = head.size;
        let page = match head.length {
            Length::Known(length) => body.get(..length).map(<[u8]>::to_vec),
            Length::Chunks => self.chunks(start)?,
            Length::Open => ended.then(|| body.to_vec()),
        };
        Ok(page.map(Reply::Page))
    }

    /// The page, if the last of its chunks is there.
    fn chunks(&mut self, start: usize) -> Result<Option<Vec<u8>>, PageError> {
        while self.chunks == Chunks::More {
            let body = &self.received[start + self.taken..];
            // An empty size is none, and not the last one.
            if body.first().is_some_and(|digit| !digit.is_ascii_hexdigit()) {
                return Err(PageError::NotHttp);
            }
            let parsed = httparse::parse_chunk_size(body).map_err(|_| PageError::NotHttp)?;
            let httparse::Status::Complete((head, size)) = parsed else {
                return within(MAX_LINE, body.len()).map(|()| None);
            };
            let size = usize::try_from(size).ok().filter(|&n| n <= MAX_PAGE - self.page.len());
            let size = size.ok_or(PageError::TooLarge { max: MAX_PAGE })?;
            if size == 0 {
                self.chunks = Chunks::Last;
                self.taken += head;
                self.looked = start + self.taken;
                break;
            }
            let Some(chunk) = body.get(head..head + size + 2) else { return Ok(None) };
            let (chunk, end) = chunk.split_at(size);
            if end != b"\r\n" {
                return Err(PageError::NotHttp);
            }
            self.page.extend_from_slice(chunk);
            self.taken += head + size + 2;
        }
        if self.chunks == Chunks::Last && self.has_empty_line() {
            self.chunks = Chunks::Whole;
        }
        if self.chunks == Chunks::Whole {
            return Ok(Some(self.page.clone()));
        }
        within(MAX_HEAD, self.received.len() - start - self.taken).map(|()| None)
    }

    /// Whether an empty line has come since this was asked last.
    fn has_empty_line(&mut self) -> bool {
        let from = self.looked.saturating_sub(2);
        self.looked = self.received.len();
        let new = &self.received[from..];
        let is_empty = |line: &[u8]| matches!(line, [b'\n', b'\n', ..] | [b'\n', b'\r', b'\n']);
        (0..new.len()).any(|at| is_empty(&new[at..new.len().min(at + 3)]))
    }

    /// The last head, once it is there: informational answers may come before it.
    fn find_head(&mut self) -> Result<Option<Head>, PageError> {
        const BEGIN: &[u8] = b"HTTP/1.";
        let begin = self.received.trim_ascii_start();
        if !BEGIN.iter().zip(begin).all(|(a, b)| a == b) {
            return Err(PageError::NotHttp);
        }
        if !self.has_empty_line() {
            return Ok(None);
        }
        loop {
            let mut fields = [httparse::EMPTY_HEADER; 128];
            let mut response = httparse::Response::new(&mut fields);
            let parsed = response.parse(&self.received[self.begun..]);
            let httparse::Status::Complete(size) = parsed.map_err(|_| PageError::NotHttp)? else {
                return Ok(None);
            };
            let code = response.code.ok_or(PageError::NotHttp)?;
            self.begun += size;
            if (100..200).contains(&code) && code != 101 {
                continue;
            }
            let length = length(code, response.headers)?;
            let moved = match code {
                301 | 302 | 303 | 307 | 308 => field(response.headers, "location").next(),
                _ => None,
            };
            let moved = moved.and_then(|to| std::str::from_utf8(to).ok());
            if !(200..300).contains(&code) && moved.is_none() {
                let reason = response.reason.unwrap_or_default();
                return Err(PageError::Status(format!("{code} {reason}").trim_end().to_owned()));
            }
            return Ok(Some(Head { size: self.begun, length, moved: moved.map(str::to_owned) }));
        }
    }
}

fn within(max: usize, bytes: usize) -> Result<(), PageError> {
    if bytes > max { Err(PageError::TooLarge { max }) } else { Ok(()) }
}

fn field<'a>(
    fields: &'a [httparse::Header<'_>],
    name: &'a str,
) -> impl Iterator<Item = &'a [u8]> + 'a {
    let named = fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| field.value)
}

fn length(code: u16, fields: &[httparse::Header<'_>]) -> Result<Length, PageError> {
    if code == 204 {
        return Ok(Length::Known(0));
    }
    if let Some(coding) = field(fields, "transfer-encoding").last() {
        // Others were not asked for.
        return match coding.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            true => Ok(Length::Chunks),
            false => Err(PageError::NotHttp),
        };
    }
    let mut lengths = field(fields, "content-length").flat_map(|list| list.split(|&b| b == b','));
    let Some(first) = lengths.next() else { return Ok(Length::Open) };
    let first = first.trim_ascii();
    let digits = first.iter().all(u8::is_ascii_digit);
    if !digits || lengths.any(|other| other.trim_ascii() != first) {
        return Err(PageError::NotHttp);
    }
    let first = std::str::from_utf8(first).map_err(|_| PageError::NotHttp)?;
    first.parse().map(Length::Known).map_err(|_| PageError::NotHttp)
}
