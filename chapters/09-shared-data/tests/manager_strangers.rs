//! Clients that are none, or that behave like none: sent away and logged, and
//! the others are unharmed. The manager is the chapter's program, `--listen`.

use ch09_shared_data::manager::{Address, List, Manager};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_wrong_key", wrong_key),
            ("64_mib_of_noise_instead_of_a_proof", noise),
            ("silence", silence),
            ("half_a_proof", half_a_proof),
            ("a_frame_that_claims_4_gib", large_claim),
            ("a_truncated_frame", truncated),
            ("a_frame_that_is_no_request", no_request),
            ("objects_nested_without_end", nesting),
            ("requests_without_waiting_for_replies", impatience),
            ("the_program_refuses_to_listen_without_a_key", no_key),
        ],
    );
}

const KEY: &[u8] = b"key";

const PROGRAM: &str = env!("CARGO_BIN_EXE_ch09-shared-data");

/// A manager and an object in it, which must survive.
struct Scene {
    key_file: tempfile::NamedTempFile,
    program: Child,
    log: Lines<BufReader<ChildStderr>>,
    manager: Manager,
    list: List,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The chapter's program `manager`, with a key from a file.
fn program(option: &str, address: &str, key_file: &tempfile::NamedTempFile) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["manager", option, address, "--key-file"]).arg(key_file.path());
    command
}

fn file_with(key: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(key).unwrap();
    file
}

impl Scene {
    fn new() -> Scene {
        let key_file = file_with(KEY);
        let mut command = program("--listen", "127.0.0.1:0", &key_file);
        let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().parse().unwrap();
        let log = BufReader::new(program.stderr.take().unwrap()).lines();
        let manager = Manager::connect(address, KEY).unwrap();
        let list = manager.list([1]).unwrap();
        Scene { key_file, program, log, manager, list }
    }

    fn stranger(&self) -> TcpStream {
        let Address::Tcp(address) = self.manager.address() else { unreachable!() };
        TcpStream::connect(address).unwrap()
    }

    /// A client that has proved its key, by the protocol's description alone.
    fn client(&self) -> TcpStream {
        let mut stream = self.client_with(KEY);
        stream.read_exact(&mut [0; 32]).unwrap();
        stream
    }

    fn client_with(&self, key: &[u8]) -> TcpStream {
        let mut stream = self.stranger();
        let mut greeting = [0; 40];
        stream.read_exact(&mut greeting).unwrap();
        let (nonce, who) = ([7; 32], [1; 17]);
        let mut proof = Hmac::<Sha256>::new_from_slice(key).unwrap();
        for part in [&b"client"[..], &greeting[8..], &nonce, &who] {
            proof.update(part);
        }
        let proof = proof.finalize().into_bytes();
        stream.write_all(&[&nonce[..], &who, &proof].concat()).unwrap();
        stream
    }

    /// Waits until the manager hangs up and has said why, and checks that all
    /// else is well.
    fn sees_off(mut self, stream: TcpStream, why: &str) {
        let (key_file, address) = (&self.key_file, self.manager.address().to_string());
        // Somebody else has a conversation meanwhile.
        let Output { status, stdout, .. } =
            program("--connect", &address, key_file).output().unwrap();
        assert!(status.success());
        assert!(stdout.ends_with(b"[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]\n"));
        self.ends(stream);
        let line = self.log.next().unwrap().unwrap();
        assert_eq!(line, format!("manager: a client is sent away: {why}"));
    }

    fn ends(&self, mut stream: TcpStream) {
        // The end, or a reset if something that was sent was never read.
        let _ = stream.read_to_end(&mut Vec::new());
        assert_eq!(self.list.len().unwrap(), 1);
        assert_eq!(self.manager.count().unwrap(), 1);
    }
}

fn wrong_key() {
    let scene = Scene::new();
    let stream = scene.client_with(b"kez");
    let address = scene.manager.address().to_string();
    let other = program("--connect", &address, &file_with(b"kez")).output().unwrap();
    assert_eq!(other.status.code(), Some(1));
    let text = String::from_utf8(other.stderr).unwrap();
    assert!(text.contains("has another key"), "{text}");
    scene.sees_off(stream, "it has another key");
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
    scene.sees_off(stream, "it has another key");
}

fn silence() {
    let scene = Scene::new();
    let stream = scene.stranger();
    scene.sees_off(stream, "it did not prove in time that it has the key");
}

fn half_a_proof() {
    let scene = Scene::new();
    let mut stream = scene.stranger();
    stream.write_all(&[0; 40]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    scene.sees_off(stream, "it ended in the middle of a frame");
}

fn large_claim() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&u32::MAX.to_le_bytes()).unwrap();
    scene.sees_off(stream, "it announced a frame of 4294967295 bytes; 67108864 are allowed");
}

fn truncated() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&[100, 0, 0, 0, 1, 2, 3]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    scene.sees_off(stream, "it ended in the middle of a frame");
}

fn no_request() {
    let scene = Scene::new();
    let mut stream = scene.client();
    stream.write_all(&[3, 0, 0, 0, 255, 255, 255]).unwrap();
    scene.sees_off(stream, "it sent no request: Hit the end of buffer, expected more data");
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
    scene.sees_off(stream, "it sent no request: Serde Deserialization Error");
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
    scene.ends(stream);
}

fn no_key() {
    let refused = |arguments: &[&str]| {
        let output = Command::new(PROGRAM).arg("manager").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let text = refused(&["--listen", "127.0.0.1:0"]);
    assert!(text.contains("name it with --key-file FILE"), "{text}");
    let empty = file_with(b"");
    let empty = empty.path().to_str().unwrap();
    let text = refused(&["--listen", "127.0.0.1:0", "--key-file", empty]);
    assert!(text.contains("is empty, which is no key"), "{text}");
    let text = refused(&["--listen", "here", "--key-file", empty]);
    assert!(text.contains("--listen needs IP:PORT, not here"), "{text}");
}
