//! Open files in arguments and in values sent.

use ch08_multiprocessing::{Connection, Descriptor, Process, StartMethod, pipe};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::OwnedFd;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_descriptor_means_the_same_file_in_the_child", same_file),
            ("more_descriptors_than_the_kernel_passes_at_once", many),
            ("a_connection_can_be_sent_over_a_connection", connection_over_connection),
        ],
    );
}

fn memory_file() -> File {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    rustix::fs::memfd_create("test", flags).unwrap().into()
}

fn write_hello(file: Descriptor) {
    File::from(file).write_all(b"hello").unwrap();
}

fn same_file() {
    for method in [StartMethod::Spawn, StartMethod::Fork] {
        let mut file = memory_file();
        let passed = Descriptor::from(OwnedFd::from(file.try_clone().unwrap()));
        let child = Process::new(write_hello, passed).method(method).start().unwrap();
        assert_eq!(child.join().unwrap(), 0);
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
    }
}

fn number_them(files: Vec<Descriptor>) {
    for (i, file) in files.into_iter().enumerate() {
        write!(File::from(file), "{i}").unwrap();
    }
}

fn many() {
    let files: Vec<File> = (0..600).map(|_| memory_file()).collect();
    let passed: Vec<Descriptor> =
        files.iter().map(|file| OwnedFd::from(file.try_clone().unwrap()).into()).collect();
    let child = Process::new(number_them, passed).start().unwrap();
    assert_eq!(child.join().unwrap(), 0);
    for (i, mut file) in files.into_iter().enumerate() {
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, i.to_string());
    }
}

/// Answers over the connection that it is sent, not over the one it has.
fn answer_elsewhere(mut connection: Connection) {
    let mut other = connection.recv::<Connection>().unwrap();
    other.send("here").unwrap();
}

fn connection_over_connection() {
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(answer_elsewhere, theirs).start().unwrap();
    let (mut near, far) = pipe().unwrap();
    ours.send(&far).unwrap();
    assert_eq!(near.recv::<String>().unwrap(), "here");
    assert_eq!(child.join().unwrap(), 0);
}
