// `join` should wait until every task is done. Here it can come back while somebody still works on
// the last one, because `work` reports a task when it is taken.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Tasks {
    unfinished: Mutex<u32>,
    none_left: Condvar,
}

impl Tasks {
    pub fn put(&self) {
        *self.unfinished.lock().unwrap() += 1;
    }

    pub fn work(&self, task: impl FnOnce()) {
        self.task_done();
        task();
    }

    pub fn join(&self) {
        let some_left = |unfinished: &mut u32| *unfinished > 0;
        drop(self.none_left.wait_while(self.unfinished.lock().unwrap(), some_left).unwrap());
    }

    fn task_done(&self) {
        *self.unfinished.lock().unwrap() -= 1;
        self.none_left.notify_all();
    }
}
