//! Tasks of one thread, and threads beside them.

use std::sync::Arc;
use std::thread;
use tokio::sync::{oneshot, Notify};

/// Asks another thread, and waits for the answer.
pub async fn ask() -> u32 {
    let (answer, asked) = oneshot::channel();
    let other = thread::spawn(move || answer.send(42));
    let answer = asked.await.unwrap();
    other.join().unwrap().unwrap();
    answer
}

/// Waits until another thread rings.
pub async fn wait_for_the_bell() {
    let bell = Arc::new(Notify::new());
    let rings = Arc::clone(&bell);
    let other = thread::spawn(move || rings.notify_waiters());
    bell.notified().await;
    other.join().unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::time::Duration;
    use tokio::time::{sleep, timeout, Instant};

    #[tokio::test]
    async fn an_answer_comes() {
        assert_eq!(ask().await, 42);
    }

    #[tokio::test]
    async fn the_bell_may_ring_too_early() {
        wait_for_the_bell().await;
    }

    #[tokio::test]
    async fn an_hour_takes_no_time() {
        let began = Instant::now();
        sleep(Duration::from_secs(3600)).await;
        assert!(began.elapsed() >= Duration::from_secs(3600));
        assert!(timeout(Duration::from_secs(1), pending::<()>()).await.is_err());
    }

    #[tokio::test]
    async fn tasks_take_turns() {
        let (ping, pinged) = oneshot::channel();
        let other = tokio::spawn(async move { pinged.await.unwrap() });
        ping.send("ping").unwrap();
        assert_eq!(other.await.unwrap(), "ping");
    }

    #[test]
    fn without_a_runtime() {
        assert_eq!(futures_executor::block_on(ask()), 42);
    }

    #[test]
    fn with_even_less() {
        assert_eq!(pollster::block_on(ask()), 42);
    }
    #[cfg(feature = "full")]
    mod with_a_reactor {
        #[tokio::test]
        async fn a_socket() {
            tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        }

        #[tokio::test]
        async fn two_sockets() {
            tokio::net::UnixStream::pair().unwrap();
        }

        #[tokio::test]
        async fn a_signal() {
            tokio::signal::ctrl_c().await.unwrap();
        }
    }
}
