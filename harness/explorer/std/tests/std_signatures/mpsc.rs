use lib::sync::mpsc::{
    IntoIter, Iter, Receiver, RecvError, RecvTimeoutError, SendError, Sender, SyncSender, TryIter,
    TryRecvError, TrySendError, channel, sync_channel,
};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub fn signatures() {
    let _: fn() -> (Sender<u8>, Receiver<u8>) = channel::<u8>;
    let _: fn(usize) -> (SyncSender<u8>, Receiver<u8>) = sync_channel::<u8>;
    let _: fn(&Sender<u8>, u8) -> Result<(), SendError<u8>> = Sender::<u8>::send;
    let _: fn(&SyncSender<u8>, u8) -> Result<(), SendError<u8>> = SyncSender::<u8>::send;
    let _: fn(&SyncSender<u8>, u8) -> Result<(), TrySendError<u8>> = SyncSender::<u8>::try_send;
    let _: fn(&Receiver<u8>) -> Result<u8, RecvError> = Receiver::<u8>::recv;
    let _: fn(&Receiver<u8>) -> Result<u8, TryRecvError> = Receiver::<u8>::try_recv;
    let _: fn(&Receiver<u8>, Duration) -> Result<u8, RecvTimeoutError> =
        Receiver::<u8>::recv_timeout;
    let _: for<'a> fn(&'a Receiver<u8>) -> Iter<'a, u8> = Receiver::<u8>::iter;
    let _: for<'a> fn(&'a Receiver<u8>) -> TryIter<'a, u8> = Receiver::<u8>::try_iter;
    let _: fn(Receiver<u8>) -> IntoIter<u8> = IntoIterator::into_iter;
    let _: fn(&'static Receiver<u8>) -> Iter<'static, u8> = IntoIterator::into_iter;
    let _: fn(SendError<u8>) -> TrySendError<u8> = TrySendError::from;
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table:
        Sender<u8>, Sender<Cell<u8>>, Sender<Rc<u8>>, SyncSender<u8>, SyncSender<Cell<u8>>, SyncSender<Rc<u8>>,
        Receiver<u8>, Receiver<Cell<u8>>, Receiver<Rc<u8>>, Iter<'static, u8>, Iter<'static, Rc<u8>>,
        TryIter<'static, u8>, TryIter<'static, Rc<u8>>, IntoIter<u8>, IntoIter<Rc<u8>>,
    );
    table
}
