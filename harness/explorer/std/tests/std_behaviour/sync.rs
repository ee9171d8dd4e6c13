use lib::panic::{AssertUnwindSafe, catch_unwind};
use lib::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, RwLockWriteGuard};
use lib::thread;
use std::time::Duration;

pub fn observed() -> Vec<String> {
    let mut all = Vec::new();
    mutexes(&mut all);
    read_write_locks(&mut all);
    condvars(&mut all);
    barriers(&mut all);
    once(&mut all);
    cells(&mut all);
    all
}

/// Panics while a closure runs, and says what came of it.
fn panics(f: impl FnOnce()) -> String {
    catch_unwind(AssertUnwindSafe(f))
        .map_or_else(|panic| crate::message(&*panic), |()| "no panic".to_owned())
}

fn mutexes(all: &mut Vec<String>) {
    let mutex = Mutex::new(vec![1]);
    all.push(format!("{mutex:?} {:?}", mutex.lock()));
    let guard = mutex.lock().unwrap();
    all.push(format!("{mutex:?} {:?} {guard:?}", mutex.try_lock()));
    drop(guard);
    panics(|| {
        let _guard = mutex.lock();
        panic!("held");
    });
    let error = mutex.lock().unwrap_err();
    all.push(format!("{error} {error:?} {:?}", error.get_ref()));
    drop(error);
    all.push(format!("{} {mutex:?} {}", mutex.is_poisoned(), mutex.try_lock().unwrap_err()));
    mutex.clear_poison();
    // A guard that was taken while panicking does not poison.
    struct Locks<'a>(&'a Mutex<Vec<i32>>);
    impl Drop for Locks<'_> {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(2);
        }
    }
    panics(|| {
        let _locks = Locks(&mutex);
        panic!("unlocked");
    });
    all.push(format!("{:?} {:?}", mutex.is_poisoned(), mutex.into_inner()));
    let mut mutex = Mutex::from(1);
    *mutex.get_mut().unwrap() += 1;
    all.push(format!("{:?} {:?}", mutex, Mutex::<String>::default()));
    let counter = Arc::new(Mutex::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| *counter.lock().unwrap() += 1));
        }
    });
    all.push(format!("{}", counter.lock().unwrap()));
}

fn read_write_locks(all: &mut Vec<String>) {
    let lock = RwLock::new(1);
    let (one, two) = (lock.read().unwrap(), lock.try_read().unwrap());
    all.push(format!("{lock:?} {one} {two:?} {:?}", lock.try_write()));
    drop((one, two));
    let guard = lock.write().unwrap();
    all.push(format!("{lock:?} {guard:?} {:?} {:?}", lock.try_read(), lock.try_write()));
    let guard = RwLockWriteGuard::downgrade(guard);
    all.push(format!("{lock:?} {guard:?} {:?} {:?}", lock.try_read(), lock.try_write()));
    drop(guard);
    panics(|| {
        let _guard = lock.read();
        panic!("shared");
    });
    all.push(format!("{}", lock.is_poisoned()));
    panics(|| {
        let _guard = lock.write();
        panic!("alone");
    });
    all.push(format!("{lock:?} {} {:?}", lock.is_poisoned(), lock.read()));
    lock.clear_poison();
    all.push(format!("{:?}", lock.into_inner()));
}

fn condvars(all: &mut Vec<String>) {
    let pair = (Mutex::new(0), Condvar::new());
    all.push(format!("{:?}", pair.1));
    let (guard, result) =
        pair.1.wait_timeout(pair.0.lock().unwrap(), Duration::from_millis(1)).unwrap();
    all.push(format!("{guard:?} {result:?}"));
    let waited = pair.1.wait_timeout_while(guard, Duration::ZERO, |value| *value == 0).unwrap();
    all.push(format!("{waited:?}"));
    drop(waited);
    thread::scope(|scope| {
        scope.spawn(|| {
            *pair.0.lock().unwrap() = 1;
            pair.1.notify_all();
        });
        let guard = pair.1.wait_while(pair.0.lock().unwrap(), |value| *value == 0).unwrap();
        all.push(format!("{guard}"));
    });
    // Waiting with a poisoned mutex returns it as poisoned.
    panics(|| {
        let _guard = pair.0.lock();
        panic!("held");
    });
    let guard = pair.0.lock().unwrap_err().into_inner();
    all.push(format!("{:?}", pair.1.wait_timeout(guard, Duration::ZERO).is_err()));
}

fn barriers(all: &mut Vec<String>) {
    let barrier = Barrier::new(3);
    let leaders: usize = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..6).map(|_| scope.spawn(|| usize::from(barrier.wait().is_leader()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    all.push(format!(
        "{leaders} {barrier:?} {:?} {}",
        Barrier::new(1).wait(),
        Barrier::new(0).wait().is_leader()
    ));
}

fn once(all: &mut Vec<String>) {
    let once = Once::new();
    all.push(format!("{once:?} {}", once.is_completed()));
    all.push(panics(|| once.call_once(|| panic!("first"))));
    all.push(panics(|| once.call_once(|| ())));
    all.push(panics(|| once.wait()));
    all.push(format!("{}", once.is_completed()));
    once.call_once_force(|state| all.push(format!("{state:?} {}", state.is_poisoned())));
    all.push(format!("{} {}", once.is_completed(), panics(|| once.call_once(|| panic!("again")))));
    once.wait();
    once.wait_force();
    let fresh = Once::new();
    fresh.call_once_force(|state| all.push(format!("{state:?}")));
}

fn cells(all: &mut Vec<String>) {
    let mut cell = OnceLock::new();
    all.push(format!("{cell:?} {:?} {:?} {:?} {cell:?}", cell.get(), cell.set(1), cell.set(2)));
    all.push(format!("{} {:?}", cell.get_or_init(|| 3), cell.clone() == cell));
    all.push(format!("{:?}", cell.get_mut()));
    all.push(format!("{:?} {cell:?} {}", cell.take(), cell == OnceLock::from(1)));
    all.push(panics(|| {
        cell.get_or_init(|| panic!("no value"));
    }));
    all.push(format!("{} {:?}", cell.get_or_init(|| 4), OnceLock::<u8>::default()));
    all.push(format!("{:?}", cell.into_inner()));
    let waited = OnceLock::new();
    thread::scope(|scope| {
        scope.spawn(|| waited.set(5));
        all.push(format!("{}", waited.wait()));
    });

    let mut lazy = LazyLock::new(|| vec![1]);
    all.push(format!("{lazy:?} {:?} {:?} {lazy:?}", LazyLock::get(&lazy), LazyLock::force(&lazy)));
    LazyLock::force_mut(&mut lazy).push(2);
    lazy.push(3);
    all.push(format!("{lazy:?} {:?}", *lazy));
    all.push(format!("{:?}", LazyLock::get_mut(&mut lazy)));
    let broken: LazyLock<u8> = LazyLock::new(|| panic!("no value"));
    all.push(panics(|| _ = *broken));
    all.push(panics(|| _ = *broken));
    all.push(format!("{:?}", *LazyLock::<String>::default()));

    // Dropping a cell drops its value, once.
    let value = Arc::new(());
    let cell = OnceLock::from(Arc::clone(&value));
    let before = Arc::strong_count(&value);
    drop(cell);
    let lazy = LazyLock::new({
        let value = Arc::clone(&value);
        move || value
    });
    LazyLock::force(&lazy);
    drop(lazy);
    drop(LazyLock::new({
        let value = Arc::clone(&value);
        move || value
    }));
    all.push(format!("{before} {}", Arc::strong_count(&value)));
}
