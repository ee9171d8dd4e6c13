//! What users' code does with a hub that nobody would recommend. What should come of
//! it stands above each, and was written before it ran. Nothing hangs, and whoever asks hears why.

use ch12_coroutines::Greenlet;
use ch12_coroutines::hub::{self, Event, JoinError, JoinHandle, Queue, RunError, Timeout};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Longer than anything here takes; what hangs then fails.
const PATIENCE: Duration = Duration::from_secs(60);
const AN_HOUR: Duration = Duration::from_secs(3600);

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    std::thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

/// What a panic said.
fn said(body: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).expect_err("it panics");
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn give_way() {
    hub::sleep(Duration::ZERO);
}

/// A `run` inside of a task of another is refused, and the outer one goes on.
#[test]
fn a_hub_inside_a_hub() {
    let inner = hub::run(|| {
        let task = hub::spawn(|| matches!(hub::run(|| ()), Err(RunError::Nested)));
        // Also inside a greenlet of a task.
        let greenlet = Greenlet::new(|_: bool| matches!(hub::run(|| ()), Err(RunError::Nested)));
        (greenlet.switch(false), task.join().unwrap(), hub::spawn(|| 7).join().unwrap())
    });
    assert_eq!(inner.unwrap(), (true, true, 7));
}

/// Each says that it has to be called inside of `hub::run`.
#[test]
fn what_waits_is_called_outside_of_a_hub() {
    let outside: [fn(); 8] = [
        || drop(hub::spawn(|| ())),
        || drop(hub::spawn_later(AN_HOUR, || ())),
        || hub::sleep(Duration::ZERO),
        || hub::sleep(AN_HOUR),
        || hub::timeout(AN_HOUR, || ()).unwrap(),
        || Event::new().wait(),
        || assert_eq!(Queue::<u8>::unbounded().get(), 0),
        || drop(hub::net::TcpListener::bind("127.0.0.1:0")),
    ];
    for body in outside {
        let text = said(body);
        assert!(text.contains("call this inside hub::run"), "{text}");
    }
}

/// The last word of a hub has been said: nothing to kill, nothing to wait for, no panic.
#[test]
fn handles_events_and_queues_are_used_after_the_end_of_their_hub() {
    let (event, queue) = (Rc::new(Event::new()), Rc::new(Queue::new(1)));
    let (its_event, its_queue) = (Rc::clone(&event), Rc::clone(&queue));
    let (waiting, fresh) = hub::run(move || {
        let waiting = hub::spawn(move || {
            its_event.wait();
            its_queue.get()
        });
        give_way();
        (waiting, hub::spawn(|| 1_u8))
    })
    .unwrap();
    event.set();
    queue.put(3);
    waiting.kill();
    assert!(waiting.is_finished() && fresh.is_finished());
    assert!(matches!(waiting.join(), Err(JoinError::Killed)));
    assert!(matches!(fresh.join_timeout(AN_HOUR).unwrap(), Err(JoinError::Killed)));
    assert_eq!(queue.try_get(), Ok(3));
    event.wait();
}

/// Of the old hub there is only the outcome left, also where another hub runs.
#[test]
fn a_handle_of_one_hub_is_joined_in_another() {
    let handle: JoinHandle<u8> = hub::run(|| hub::spawn(|| 1)).unwrap();
    let joined = hub::run(move || {
        handle.kill();
        handle.join()
    });
    assert!(matches!(joined.unwrap(), Err(JoinError::Killed)));
}

/// A deadlock of two is one of all, and said; so is a task that waits for itself.
#[test]
fn tasks_wait_for_each_other_and_for_themselves() {
    for n in [1, 2, 5] {
        let ended = hub::run(move || {
            let handles: Rc<RefCell<Vec<JoinHandle<()>>>> = Rc::default();
            for _ in 0..n {
                let its_handles = Rc::clone(&handles);
                let task = hub::spawn(move || {
                    // Of n tasks each takes its successor's handle; the last one the first's.
                    let next = its_handles.borrow_mut().pop();
                    next.unwrap().join().unwrap();
                });
                handles.borrow_mut().insert(0, task);
            }
            handles.borrow_mut().rotate_left(1);
            Event::new().wait();
        });
        assert!(matches!(ended, Err(RunError::Deadlock)));
    }
}

/// The others never notice: a kill is for one task, and whoever finds it may throw it at nobody
/// else. For those it is a panic like any other.
#[test]
fn a_caught_kill_is_thrown_in_other_tasks() {
    type Caught = Rc<RefCell<Vec<Box<dyn Any + Send>>>>;
    fn steal(kills: &Caught) {
        for _ in 0..2 {
            let its_kills = Rc::clone(kills);
            let victim = hub::spawn(move || {
                let kill = catch_unwind(AssertUnwindSafe(|| hub::sleep(AN_HOUR))).unwrap_err();
                its_kills.borrow_mut().push(kill);
            });
            give_way();
            victim.kill();
            victim.join().unwrap();
        }
    }
    let out = catch_unwind(|| {
        hub::run(|| {
            let kills = Caught::default();
            steal(&kills);
            let kill = kills.borrow_mut().pop().unwrap();
            let other = hub::spawn(move || resume_unwind(kill)).join();
            assert!(matches!(other, Err(JoinError::Panicked(_))), "{other:?}");
            let kill = kills.borrow_mut().pop().unwrap();
            resume_unwind(kill);
        })
    });
    // Of the main task it is a panic, too, and comes out of `run`.
    let payload = out.unwrap_err();
    let own = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let own = own.or_else(|| payload.downcast_ref::<String>().cloned());
    assert_eq!(own, None, "the library itself panicked");
}

/// A time-out belongs to one `timeout`: caught there and thrown later it is no time-out of another.
#[test]
fn a_caught_time_out_is_thrown_at_another_timeout() {
    let told = hub::run(|| {
        let mut first = None;
        let outcome = hub::timeout(Duration::ZERO, || {
            first = catch_unwind(AssertUnwindSafe(|| hub::sleep(AN_HOUR))).err();
        });
        assert_eq!(outcome, Ok(()));
        let thrown = first.unwrap();
        catch_unwind(AssertUnwindSafe(|| hub::timeout(AN_HOUR, || resume_unwind(thrown)))).is_err()
    });
    assert!(told.unwrap(), "it goes through");
}

/// All fire or are forgotten, in order, and none of the hour is waited for.
#[test]
fn thousands_of_timers() {
    let fired = in_time(|| {
        hub::run(|| {
            let fired = Rc::new(Cell::new(0));
            let tasks: Vec<_> = (0..5000_u64)
                .map(|n| {
                    let fired = Rc::clone(&fired);
                    hub::spawn(move || {
                        let outcome = hub::timeout(Duration::from_micros(n % 100), || {
                            hub::timeout(AN_HOUR, || hub::sleep(AN_HOUR))
                        });
                        assert_eq!(outcome, Err(Timeout));
                        fired.update(|count| count + 1);
                    })
                })
                .collect();
            let late: Vec<_> = (0..5000).map(|_| hub::spawn_later(AN_HOUR, || ())).collect();
            hub::join_all(tasks).into_iter().for_each(|end| end.unwrap());
            late.iter().for_each(JoinHandle::kill);
            let killed = hub::join_all(late);
            assert!(killed.iter().all(|end| matches!(end, Err(JoinError::Killed))));
            fired.get()
        })
    });
    assert_eq!(fired.unwrap(), 5000);
}

/// At once, or never; nothing overflows.
#[test]
fn times_at_the_edge_of_their_range() {
    let ended = in_time(|| {
        hub::run(|| {
            let event = Event::new();
            let queue = Queue::<u8>::new(1);
            for none in [Duration::ZERO, Duration::from_nanos(1)] {
                assert!(!event.wait_timeout(none));
                assert!(queue.get_timeout(none).is_err());
                assert_eq!(hub::timeout(none, || hub::sleep(Duration::MAX)), Err(Timeout));
            }
            queue.put(1);
            assert_eq!(queue.put_timeout(2, Duration::ZERO).unwrap_err().0, 2);
            // Over before it began, and nobody waits: then it did not run out.
            assert_eq!(hub::timeout(Duration::ZERO, || 3), Ok(3));
            assert_eq!(hub::timeout(Duration::MAX, || 4), Ok(4));
            let never = hub::spawn_later(Duration::MAX, || ());
            never.kill();
            assert!(matches!(never.join_timeout(Duration::MAX).unwrap(), Err(JoinError::Killed)));
            let forever = hub::spawn(|| hub::sleep(Duration::MAX));
            let forever = forever.join_timeout(Duration::from_millis(1)).unwrap_err();
            forever.kill();
            assert!(matches!(forever.join(), Err(JoinError::Killed)));
        })
    });
    ended.unwrap();
}

/// The smallest is as large as the system makes one, or an error; nothing panics.
#[test]
fn stacks_of_odd_sizes() {
    for bytes in [0, 1, 4095, usize::MAX / 2, usize::MAX - 4096, usize::MAX] {
        match hub::Builder::new().stack_size(bytes).run(|| 1) {
            Ok(value) => assert_eq!(value, 1),
            Err(error) => assert!(matches!(error, RunError::NoStack(_)), "{error}"),
        }
    }
}

/// What their destructors begin at the end ends too, and unwinds; `run` returns.
#[test]
fn destructors_spawn_put_set_and_kill_at_the_end() {
    struct Busybody {
        event: Rc<Event>,
        queue: Rc<Queue<u8>>,
        ended: Rc<Cell<u32>>,
        left: u32,
    }
    impl Drop for Busybody {
        fn drop(&mut self) {
            self.ended.update(|count| count + 1);
            self.event.set();
            let _ = self.queue.try_put(1);
            if let Some(left) = self.left.checked_sub(1) {
                let (event, queue) = (Rc::clone(&self.event), Rc::clone(&self.queue));
                let next = Busybody { event, queue, ended: Rc::clone(&self.ended), left };
                hub::spawn(move || {
                    let _next = next;
                    hub::sleep(AN_HOUR);
                })
                .kill();
            }
        }
    }
    let ended = Rc::new(Cell::new(0));
    let its_ended = Rc::clone(&ended);
    hub::run(move || {
        let (event, queue) = (Rc::new(Event::new()), Rc::new(Queue::new(1)));
        for _ in 0..3 {
            let (event, queue) = (Rc::clone(&event), Rc::clone(&queue));
            let mine = Busybody { event, queue, ended: Rc::clone(&its_ended), left: 10 };
            hub::spawn(move || {
                let mine = mine;
                loop {
                    mine.event.wait();
                    mine.event.clear();
                    give_way();
                    mine.queue.get();
                }
            });
        }
        give_way();
    })
    .unwrap();
    assert_eq!(ended.get(), 3 * 11);
}

/// The task is told by a panic, and nobody else: what waits stays as it was.
#[test]
fn a_greenlet_that_waits_on_the_hub_is_switched_to_from_another_task() {
    let ended = hub::run(|| {
        let go = Rc::new(Event::new());
        let its_go = Rc::clone(&go);
        let greenlet = Greenlet::new(move |n: u32| {
            its_go.wait();
            n + 1
        });
        let same = greenlet.clone();
        let owner = hub::spawn(move || greenlet.switch(1));
        give_way();
        let meddler = hub::spawn(move || same.switch(10)).join();
        go.set();
        (owner.join().unwrap(), matches!(meddler, Err(JoinError::Panicked(_))))
    });
    assert_eq!(ended.unwrap(), (2, true));
}

/// It has no task to wait in: `kill` of the others is done, and they end after the panic.
#[test]
fn main_panics_while_all_others_wait() {
    let unwound = Rc::new(Cell::new(0));
    let its_unwound = Rc::clone(&unwound);
    let text = said(AssertUnwindSafe(|| {
        hub::run(move || {
            for _ in 0..10 {
                struct Count(Rc<Cell<i32>>);
                impl Drop for Count {
                    fn drop(&mut self) {
                        self.0.update(|count| count + 1);
                    }
                }
                let count = Count(Rc::clone(&its_unwound));
                hub::spawn(move || {
                    let _count = count;
                    Event::new().wait();
                });
            }
            give_way();
            panic!("main's own");
        })
        .unwrap()
    }));
    assert_eq!((text.as_str(), unwound.get()), ("main's own", 10));
}

/// The first to be asked is served; whoever was notified and is killed then passes it on.
#[test]
fn getters_are_killed_half_way() {
    let got = hub::run(|| {
        let queue = Rc::new(Queue::new(0));
        let getters: Vec<_> = (0..6)
            .map(|_| {
                let queue = Rc::clone(&queue);
                hub::spawn(move || queue.get())
            })
            .collect();
        give_way();
        // Notified, and killed before their turn.
        (1..=3).for_each(|item| queue.put(item));
        getters.iter().step_by(2).for_each(JoinHandle::kill);
        let ends = hub::join_all(getters).into_iter();
        let mut got: Vec<i32> = ends.filter_map(Result::ok).collect();
        got.sort_unstable();
        (got, queue.len())
    });
    assert_eq!(got.unwrap(), (vec![1, 2, 3], 0));
}

/// Refused, timed out or ended: each with its own error, and the listener goes on.
#[test]
fn peers_come_and_say_nothing() {
    let ended = in_time(|| {
        hub::run(|| {
            use hub::net::{TcpListener, TcpStream};
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address: SocketAddr = listener.local_addr().unwrap();
            let short = Duration::from_millis(2);
            assert_eq!(listener.accept_timeout(short).unwrap_err().kind(), ErrorKind::TimedOut);
            let client = TcpStream::connect(address).unwrap();
            let (peer, _) = listener.accept().unwrap();
            peer.set_read_timeout(Some(short));
            for _ in 0..3 {
                let error = (&peer).read(&mut [0]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::TimedOut);
            }
            peer.set_read_timeout(Some(Duration::ZERO));
            assert_eq!((&peer).read(&mut [0]).unwrap_err().kind(), ErrorKind::TimedOut);
            peer.set_read_timeout(Some(Duration::MAX));
            assert_eq!((&peer).read(&mut []).unwrap(), 0);
            // A reader is killed, another is limited; the bytes are there for the third.
            let peer = Rc::new(peer);
            let same = Rc::clone(&peer);
            let killed = hub::spawn(move || (&*same).read(&mut [0]).unwrap());
            give_way();
            killed.kill();
            assert!(matches!(killed.join(), Err(JoinError::Killed)));
            assert_eq!(hub::timeout(short, || (&*peer).read(&mut [0]).unwrap()), Err(Timeout));
            (&client).write_all(b"x").unwrap();
            let mut byte = [0];
            assert_eq!(((&*peer).read(&mut byte).unwrap(), byte), (1, *b"x"));
            // To somebody who has left.
            drop(client);
            assert_eq!((&*peer).read(&mut byte).unwrap(), 0);
            let written = (0..100).find_map(|_| (&*peer).write(&[0; 1 << 16]).err());
            let kind = written.expect("the peer has left").kind();
            assert!(matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{kind}");
        })
    });
    ended.unwrap();
}
