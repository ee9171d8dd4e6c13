//! Clients that are none, or that behave like none: sent away, and the others
//! are unharmed.

use ch09_shared_data::manager::{Address, List, Manager};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{Read, Write};
use std::net::TcpStream;

#[path = "support/processes.rs"]
mod processes;

fn main() {
    processes::run([
        ("noise_instead_of_a_proof", noise),
        ("silence", silence),
        ("half_a_proof", half_a_proof),
        ("a_frame_that_claims_4_gib", large_claim),
        ("a_truncated_frame", truncated),
        ("a_frame_that_is_no_request", no_request),
        ("objects_nested_without_end", nesting),
        ("requests_without_waiting_for_replies", impatience),
    ]);
}

const KEY: &[u8] = b"key";

/// A manager and an object in it, which must survive.
struct Scene {
    manager: Manager,
    list: List,
}

impl Scene {
    fn new() -> Scene {
        let any_port = "127.0.0.1:0".parse().unwrap();
        let manager = Manager::builder().listen(any_port).key(KEY).start().unwrap();
        let list = manager.list([1]).unwrap();
        Scene { manager, list }
    }

    fn stranger(&self) -> TcpStream {
        let Address::Tcp(address) = self.manager.address() else { unreachable!() };
        TcpStream::connect(address).unwrap()
    }

    /// A client that has proved its key, by the protocol's description alone.
    fn client(&self) -> TcpStream {
        let mut stream = self.stranger();
        let mut greeting = [0; 40];
        stream.read_exact(&mut greeting).unwrap();
        let (nonce, who) = ([7; 32], [1; 17]);
        let mut proof = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
        for part in [&b"client"[..], &greeting[8..], &nonce, &who] {
            proof.update(part);
        }
        let proof = proof.finalize().into_bytes();
        stream.write_all(&[&nonce[..], &who, &proof].concat()).unwrap();
        stream.read_exact(&mut [0; 32]).unwrap();
        stream
    }

    /// Waits until the manager hangs up, and checks that all else is well.
    fn sees_off(self, mut stream: TcpStream) {
        // The end, or a reset if something that was sent was never read.
        let _ = stream.read_to_end(&mut Vec::new());
        assert_eq!(self.list.len().unwrap(), 1);
        assert_eq!(self.manager.count().unwrap(), 1);
    }
}

fn noise() {
    let scene = Scene::new();
    let mut stream = scene.stranger();
    let portion: Vec<u8> =
        (0..1 << 20).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for _ in 0..64 {
        if stream.write_all(&portion).is_err() {
            break;
        }
    }
    scene.sees_off(stream);
}

fn silence() {
    let scene = Scene::new();
    let stream = scene.stranger();
    scene.sees_off(stream);
}

fn half_a_proof() {
    let scene = Scene::new();
    let mut stream = scene.stranger();
    stream.write_all(&[0; 40]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    scene.sees_off(stream);
}

fn large_claim() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&u32::MAX.to_le_bytes()).unwrap();
    scene.sees_off(stream);
}

fn truncated() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&[100, 0, 0, 0, 1, 2, 3]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    scene.sees_off(stream);
}

fn no_request() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&[3, 0, 0, 0, 255, 255, 255]).unwrap();
    scene.sees_off(stream);
}

fn nesting() {
    let scene = Scene::new();
    let mut stream = scene.client();
    // Create, a type called "list", one argument: a list of a list of a list…
    let mut request = vec![0, 4, b'l', b'i', b's', b't', 1];
    request.extend([6, 1].repeat(1 << 20));
    stream.write_all(&(request.len() as u32).to_le_bytes()).unwrap();
    // It may hang up before it has read everything.
    let _ = stream.write_all(&request);
    scene.sees_off(stream);
}

fn impatience() {
    let scene = Scene::new();
    let mut stream = scene.client();
    // "How many objects are there?", a thousand times at once.
    let count = [1, 0, 0, 0, 6];
    stream.write_all(&count.repeat(1000)).unwrap();
    // Each answer: its length, One, Ok, Int, 1 (zigzag).
    let mut answers = vec![0; 1000 * 8];
    stream.read_exact(&mut answers).unwrap();
    assert_eq!(answers, [4, 0, 0, 0, 0, 0, 2, 2].repeat(1000));
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    scene.sees_off(stream);
}
