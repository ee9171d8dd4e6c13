//! [`LocalSites`].

use super::Url;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// The pages, in the order of their URLs: name, length, and in which place it answers.
const PAGES: [(&str, usize, usize); 3] =
    [("python", 51_234, 1), ("yahoo", 204_800, 2), ("github", 128_000, 0)];

/// Three web servers on this machine, each with one page to give out once, which
/// answer one after the other when they are told to.
///
/// None answers before all three were asked: who fetches the pages one by one waits
/// for ever. After that each answers when [`next`](LocalSites::next) has been called
/// for the one before. Their order is not that of the [`urls`](LocalSites::urls).
///
/// Each server is an ordinary thread with an ordinary socket, like the rest of the
/// world as seen from a hub. Dropping this ends and joins them.
#[derive(Debug)]
pub struct LocalSites {
    shared: Arc<Shared>,
    sites: Vec<Site>,
}

#[derive(Debug)]
struct Site {
    address: SocketAddr,
    /// Its listening socket once more, to end the wait for a client: a connection to it would do, but needs a
    /// descriptor, of which there may be none.
    listening: TcpStream,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    asked: usize,
    answered: usize,
    closed: bool,
    /// The servers are waited for, and wait for nobody.
    ending: bool,
    /// Who is being served, and by which site.
    clients: Vec<(usize, TcpStream)>,
}

impl LocalSites {
    /// Starts the servers on free ports.
    ///
    /// # Errors
    ///
    /// No socket or no thread can be had.
    ///
    /// ```
    /// let sites = ch12_coroutines::pages::LocalSites::start()?;
    /// assert_eq!(sites.urls().len(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start() -> io::Result<LocalSites> {
        let shared = Arc::new(Shared::default());
        let mut sites = LocalSites { shared, sites: Vec::new() };
        for (name, length, place) in PAGES {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let listening = TcpStream::from(OwnedFd::from(listener.try_clone()?));
            let shared = sites.shared.clone();
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
                // The other end sees a connection that breaks off, and reports that.
                let _ = shared.serve(&listener, length, place);
            })?;
            sites.sites.push(Site { address, listening, thread: Some(thread) });
        }
        Ok(sites)
    }

    /// The address of each page.
    ///
    /// ```
    /// let sites = ch12_coroutines::pages::LocalSites::start()?;
    /// assert_eq!(sites.urls()[0].address().0, "127.0.0.1");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn urls(&self) -> Vec<Url> {
        let urls = self.sites.iter().zip(PAGES).map(|(site, (name, _, _))| {
            let address = site.address;
            Url::parse(&format!("http://{address}/{name}")).expect("made of an address and a name")
        });
        urls.collect()
    }

    /// Lets the next server answer. Does not block.
    ///
    /// ```
    /// use std::io::{Read, Write};
    ///
    /// let sites = ch12_coroutines::pages::LocalSites::start()?;
    /// let mut clients = Vec::new();
    /// for url in sites.urls() {
    ///     let mut client = std::net::TcpStream::connect(url.address())?;
    ///     client.write_all(&url.request())?;
    ///     clients.push(client);
    /// }
    /// // The one that has its turn first stands last.
    /// let mut page = Vec::new();
    /// clients[2].read_to_end(&mut page)?;
    /// sites.next();
    /// clients[0].read_to_end(&mut page)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn next(&self) {
        self.shared.lock().answered += 1;
        self.shared.changed.notify_all();
    }

    /// Makes the servers that have not answered yet break their connections off.
    /// Does not block.
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// let sites = ch12_coroutines::pages::LocalSites::start()?;
    /// let mut client = std::net::TcpStream::connect(sites.urls()[0].address())?;
    /// std::io::Write::write_all(&mut client, &sites.urls()[0].request())?;
    /// sites.close();
    /// assert_eq!(client.read(&mut [0])?, 0, "it broke off");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, listener: &TcpListener, length: usize, place: usize) -> io::Result<()> {
        let (client, _) = listener.accept()?;
        let same = client.try_clone()?;
        let mut state = self.lock();
        if state.ending {
            return Ok(());
        }
        state.clients.push((place, same));
        drop(state);
        let served = self.answer(client, length, place);
        self.lock().clients.retain(|(site, _)| *site != place);
        served
    }

    fn answer(&self, mut client: TcpStream, length: usize, place: usize) -> io::Result<()> {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut bytes = [0; 512];
            match client.read(&mut bytes)? {
                0 => return Ok(()),
                read => request.extend_from_slice(&bytes[..read]),
            }
        }
        let mut state = self.lock();
        state.asked += 1;
        self.changed.notify_all();
        let turn = |state: &mut State| state.asked == PAGES.len() && state.answered == place;
        state = self
            .changed
            .wait_while(state, |state| !state.closed && !turn(state))
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Ok(());
        }
        drop(state);
        let head = format!("HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n");
        client.write_all(head.as_bytes())?;
        client.write_all(&vec![b'.'; length])
    }
}

impl Drop for LocalSites {
    fn drop(&mut self) {
        self.close();
        let mut state = self.shared.lock();
        state.ending = true;
        for (_, client) in &state.clients {
            // One that asks for nothing, or reads nothing, would be waited for.
            let _ = client.shutdown(Shutdown::Both);
        }
        drop(state);
        for site in &mut self.sites {
            // Wakes a server that nobody has asked.
            let _ = site.listening.shutdown(Shutdown::Both);
            if let Some(thread) = site.thread.take() {
                let _ = thread.join();
            }
        }
    }
}
