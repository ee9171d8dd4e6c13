#![deny(unused_must_use)]

fn append(row: &str) -> Result<(), String> {
    Err(format!("no table to put {row} into"))
}

pub fn copy() {
    append("test1");
}
