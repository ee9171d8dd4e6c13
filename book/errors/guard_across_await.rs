use std::sync::Mutex;

async fn fetch() {}

async fn count(pages: &Mutex<u32>) {
    let mut held = pages.lock().unwrap();
    fetch().await;
    *held += 1;
}

/// What a runtime with several threads asks of a task.
fn spawn(_task: impl Future + Send) {}

pub fn start(pages: &Mutex<u32>) {
    spawn(count(pages));
}
