use std::sync::mpsc;

pub fn produce() {
    let (queue, _consumer) = mpsc::channel();
    let mut page = vec!["first line"];
    queue.send(page).unwrap();
    page.push("second line");
}
