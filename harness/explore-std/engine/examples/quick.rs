use explore_engine::{
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        *,
    },
    *,
};
use std::{collections::VecDeque, sync::Arc};
type Job = Box<dyn FnOnce() + Send>;
struct Pool {
    sh: Arc<(Mutex<(VecDeque<Job>, bool)>, Condvar)>,
    ws: Vec<thread::JoinHandle<()>>,
}
impl Pool {
    fn new(n: usize) -> Self {
        let sh = Arc::new((Mutex::new((VecDeque::new(), false)), Condvar::new()));
        let ws = (0..n)
            .map(|_| {
                let sh: Arc<(Mutex<(VecDeque<Job>, bool)>, Condvar)> = sh.clone();
                thread::spawn(move || {
                    loop {
                        let mut g = sh.0.lock().unwrap();
                        let j = loop {
                            if let Some(j) = g.0.pop_front() {
                                break j;
                            }
                            if g.1 {
                                return;
                            }
                            g = sh.1.wait(g).unwrap();
                        };
                        drop(g);
                        j();
                    }
                })
            })
            .collect();
        Pool { sh, ws }
    }
    fn submit(&self, j: Job) {
        self.sh.0.lock().unwrap().0.push_back(j);
        self.sh.1.notify_one();
    }
    fn shutdown(self) {
        self.sh.0.lock().unwrap().1 = true;
        self.sh.1.notify_all();
        for w in self.ws {
            w.join().unwrap();
        }
    }
}
fn pool(w: usize, jobs: usize) {
    let c = Arc::new(AtomicUsize::new(0));
    let p = Pool::new(w);
    for _ in 0..jobs {
        let c = c.clone();
        p.submit(Box::new(move || {
            c.fetch_add(1, SeqCst);
        }));
    }
    p.shutdown();
    assert_eq!(c.load(SeqCst), jobs);
}
struct Q {
    m: Mutex<VecDeque<u8>>,
    ne: Condvar,
    nf: Condvar,
}
fn queue() {
    let q = Arc::new(Q { m: Mutex::new(VecDeque::new()), ne: Condvar::new(), nf: Condvar::new() });
    let mut hs = vec![];
    for i in 0..2 {
        let q = q.clone();
        hs.push(thread::spawn(move || {
            let mut g = q.m.lock().unwrap();
            while g.len() == 1 {
                g = q.nf.wait(g).unwrap()
            }
            g.push_back(i);
            q.ne.notify_one();
        }))
    }
    for _ in 0..2 {
        let q = q.clone();
        hs.push(thread::spawn(move || {
            let mut g = q.m.lock().unwrap();
            while g.is_empty() {
                g = q.ne.wait(g).unwrap()
            }
            g.pop_front();
            q.nf.notify_one();
        }))
    }
    for h in hs {
        h.join().unwrap()
    }
}
fn counter(n: usize, k: usize, check: bool) {
    let c = Arc::new(AtomicUsize::new(0));
    let hs: Vec<_> = (0..n)
        .map(|_| {
            let c = c.clone();
            thread::spawn(move || {
                for _ in 0..k {
                    let v = c.load(SeqCst);
                    c.store(v + 1, SeqCst);
                }
            })
        })
        .collect();
    for h in hs {
        h.join().unwrap()
    }
    if check {
        assert_eq!(c.load(SeqCst), n * k)
    }
}
fn go(n: &str, sp: u8, f: impl Fn() + 'static) {
    let r = Explorer::new(Config {
        spurious: sp,
        max_executions: u64::MAX,
        max_time: std::time::Duration::from_secs(20),
        ..Config::default()
    })
    .run(n, f);
    println!(
        "{n:24} {:?} executions={} redundant={} {:.3}s = {:.0}/s {}",
        r.status,
        r.executions,
        r.redundant,
        r.elapsed.as_secs_f64(),
        r.executions as f64 / r.elapsed.as_secs_f64(),
        r.summary
    );
}
fn main() {
    go("counter 2x1 (bug)", 0, || counter(2, 1, true));
    go("counter 2x3 exhaust", 0, || counter(2, 3, false));
    go("counter 3x2 exhaust", 0, || counter(3, 2, false));
    go("queue 2p2c", 0, queue);
    go("queue 2p2c +spurious", 1, queue);
    go("pool 2x2", 0, || pool(2, 2));
    go("pool 2x3", 0, || pool(2, 3));
}
