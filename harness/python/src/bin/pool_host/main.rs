//! Keeps chapter 10's pool for CPython's tests: reads requests from standard
//! input, a socket, and answers there.

#[path = "../../pool/protocol.rs"]
mod protocol;
mod worker;

use ch08_multiprocessing::{Connection, Sender};
use ch10_pool::{AsyncResult, ClosedPool, Pool, PoolError};
use protocol::{Pickled, Reply, Request};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

/// Where answers go; several threads of the pool have some.
#[derive(Clone)]
struct Answers(Arc<Mutex<Sender>>);

impl Answers {
    fn send(&self, reply: &Reply) {
        // Nobody waits for it if the other end is gone.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).send(reply);
    }

    /// Answers when it is done, from the thread of the pool's callbacks.
    fn when_done<R: Send + 'static>(
        &self,
        id: u64,
        result: AsyncResult<R>,
        outcomes: fn(&R) -> Vec<Pickled>,
    ) {
        let (good, bad) = (self.clone(), self.clone());
        let result = result
            .callback(move |done| good.send(&Reply::Done { id, outcomes: Ok(outcomes(done)) }))
            .error_callback(move |error| {
                bad.send(&Reply::Done { id, outcomes: Err(error.to_string()) });
            });
        drop(result);
    }
}

enum State {
    Open(Pool),
    Closed(ClosedPool),
    Ended,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    ch08_multiprocessing::init();
    let socket: OwnedFd = io::stdin().as_fd().try_clone_to_owned()?;
    let (sender, mut requests) = Connection::from(socket).split();
    let answers = Answers(Arc::new(Mutex::new(sender)));
    let mut state = match requests.recv::<Request>()? {
        Request::Start { processes, tasks_per_child, interpreter } => {
            match start(processes, tasks_per_child, interpreter) {
                Ok(pool) => State::Open(pool),
                Err(error) => {
                    answers.send(&Reply::Refused(error.to_string()));
                    return Ok(());
                }
            }
        }
        other => return Err(format!("the first request is Start, not {other:?}").into()),
    };
    answers.send(&Reply::Started);
    // Until the other end is gone; then the pool is dropped, which ends its workers.
    while let Ok(request) = requests.recv::<Request>() {
        state = serve(state, request, &answers);
    }
    Ok(())
}

fn start(
    processes: usize,
    tasks_per_child: Option<u64>,
    interpreter: Vec<String>,
) -> Result<Pool, PoolError> {
    let builder = Pool::builder().processes(processes).initializer(worker::prepare, interpreter);
    match tasks_per_child {
        Some(tasks) => builder.tasks_per_child(tasks).start(),
        None => builder.start(),
    }
}

fn serve(state: State, request: Request, answers: &Answers) -> State {
    match (state, request) {
        (State::Open(pool), Request::Apply { id, task }) => {
            let result = pool.apply_async(worker::run, task);
            answers.when_done(id, result, |outcome| vec![outcome.clone()]);
            State::Open(pool)
        }
        (State::Open(pool), Request::Map { id, tasks, chunk }) => {
            let result = match chunk {
                Some(size) => pool.chunks_of(size).map_async(worker::run, tasks),
                None => pool.map_async(worker::run, tasks),
            };
            answers.when_done(id, result, Vec::clone);
            State::Open(pool)
        }
        (State::Open(pool), Request::Imap { id, tasks, chunk, in_order }) => {
            let mapping = pool.chunks_of(chunk);
            let items = match in_order {
                true => mapping.imap(worker::run, tasks),
                false => mapping.imap_unordered(worker::run, tasks),
            };
            for item in items {
                let outcome = Some(item.map_err(|error| error.to_string()));
                answers.send(&Reply::Item { id, outcome });
            }
            answers.send(&Reply::Item { id, outcome: None });
            State::Open(pool)
        }
        (State::Open(pool), Request::Pids) => {
            answers.send(&Reply::Pids(pool.worker_pids()));
            State::Open(pool)
        }
        (State::Open(pool), Request::Close) => State::Closed(pool.close()),
        (State::Open(pool), Request::Terminate) => {
            pool.terminate();
            State::Ended
        }
        (State::Closed(pool), Request::Terminate) => {
            pool.terminate();
            State::Ended
        }
        (State::Closed(pool), Request::Join) => {
            pool.join();
            answers.send(&Reply::Joined);
            State::Ended
        }
        (State::Ended, Request::Join) => {
            answers.send(&Reply::Joined);
            State::Ended
        }
        // The module says itself that a pool that was closed takes nothing.
        (state, _) => state,
    }
}
