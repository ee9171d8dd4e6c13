"""What stands in for `multiprocessing`'s names: `every_interleaving.processes`,
and what is Python's alone. That is pickling, the ways to write an argument, and
what `close` forbids from then on.

Each object and each call of ours is counted, so that a test that never came to
one is not taken for a test of ours.
"""

import pickle
from multiprocessing import BufferTooShort
from multiprocessing.context import reduction

from every_interleaving import processes as ours

# How often ours was asked for something.
asked = 0


def counted(make):
    """Counts before it makes one of ours."""

    def make_and_count(*arguments, **named):
        global asked
        asked += 1
        return make(*arguments, **named)

    return make_and_count


Lock = counted(ours.Lock)
RLock = counted(ours.RLock)
Semaphore = counted(ours.Semaphore)
BoundedSemaphore = counted(ours.BoundedSemaphore)
Event = counted(ours.Event)


def dumps(value):
    # A copy: what it gives is a view of a buffer.
    return bytes(reduction.ForkingPickler.dumps(value))


class Unseen:
    """A number that Python's tests look at and ours does not keep. They take
    this for an answer: there are systems where Python cannot tell either."""

    def get_value(self):
        raise NotImplementedError


class Condition:
    _sleeping_count = _woken_count = _wait_semaphore = Unseen()

    def __init__(self, lock=None):
        global asked
        asked += 1
        self._ours = ours.Condition(lock)
        for name in ("acquire", "release", "wait", "wait_for", "notify", "notify_all"):
            setattr(self, name, getattr(self._ours, name))

    def __enter__(self):
        return self._ours.__enter__()

    def __exit__(self, *exception):
        return self._ours.__exit__(*exception)


@counted
def Barrier(parties, action=None, timeout=None):
    if action is not None:
        raise NotImplementedError("a barrier of chapter 8 has no action")
    return ours.Barrier(parties, timeout=timeout)


class Queue:
    def __init__(self, maxsize=0):
        global asked
        asked += 1
        self._ours = ours.Queue(maxsize)

    def _open(self):
        if self._ours is None:
            raise ValueError(f"{type(self).__name__} is closed")
        return self._ours

    def put(self, item, block=True, timeout=None):
        self._open().put_bytes(dumps(item), block, timeout)

    def get(self, block=True, timeout=None):
        return pickle.loads(self._open().get_bytes(block, timeout))

    def put_nowait(self, item):
        self.put(item, False)

    def get_nowait(self):
        return self.get(False)

    def qsize(self):
        return self._open().qsize()

    def empty(self):
        return self._open().empty()

    def full(self):
        return self._open().full()

    def close(self):
        self._ours = None

    def join_thread(self):
        """An item is in the queue when `put` returns: there is no thread."""


class JoinableQueue(Queue):
    """Made of ours as Python's is made of its own."""

    def __init__(self, maxsize=0):
        super().__init__(maxsize)
        self._unfinished = ours.Semaphore(0)
        self._done = ours.Condition()

    def put(self, item, block=True, timeout=None):
        with self._done:
            super().put(item, block, timeout)
            self._unfinished.release()

    def task_done(self):
        with self._done:
            if not self._unfinished.acquire(False):
                raise ValueError("task_done() called too many times")
            if self._unfinished.get_value() == 0:
                self._done.notify_all()

    def join(self):
        with self._done:
            self._done.wait_for(lambda: self._unfinished.get_value() == 0)


class SimpleQueue:
    def __init__(self):
        global asked
        asked += 1
        self._ours = ours.Queue()

    def put(self, item):
        self._ours.put_bytes(dumps(item))

    def get(self):
        return pickle.loads(self._ours.get_bytes())

    def empty(self):
        return self._ours.empty()

    def close(self):
        self._ours = None


class Connection:
    def __init__(self, end, readable=True, writable=True):
        self._ours = end
        self.readable = readable
        self.writable = writable

    @property
    def closed(self):
        return self._ours.closed

    def _check(self, able, what):
        if self.closed:
            raise OSError("handle is closed")
        if not able:
            raise OSError(f"connection is {what}-only")

    def send(self, value):
        self._check(self.writable, "read")
        self._ours.put_bytes(dumps(value))

    def recv(self):
        return pickle.loads(self.recv_bytes())

    def send_bytes(self, buffer, offset=0, size=None):
        self._check(self.writable, "read")
        content = memoryview(buffer).cast("B")
        if offset < 0 or offset > len(content):
            raise ValueError("offset is outside of the buffer")
        size = len(content) - offset if size is None else size
        if size < 0 or offset + size > len(content):
            raise ValueError("size is outside of the buffer")
        self._ours.put_bytes(bytes(content[offset : offset + size]))

    def recv_bytes(self, maxlength=None):
        self._check(self.readable, "write")
        return self._ours.get_bytes()

    def recv_bytes_into(self, buffer, offset=0):
        room = memoryview(buffer).cast("B")
        content = self.recv_bytes()
        if offset + len(content) > len(room):
            raise BufferTooShort(content)
        room[offset : offset + len(content)] = content
        return len(content)

    def poll(self, timeout=0.0):
        self._check(self.readable, "write")
        return self._ours.ready(timeout)

    def fileno(self):
        return self._ours.fileno()

    def close(self):
        self._ours.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


@counted
def Pipe(duplex=True):
    a, b = ours.pipe()
    return Connection(a, writable=duplex), Connection(b, readable=duplex)


def lock_is_its_own(lock):
    if lock is not True and lock is not None:
        raise NotImplementedError("a value of chapter 9 lies with its lock, and takes no other")


@counted
def Value(typecode, value=0, lock=True):
    if lock is False:
        return ours.RawValue(typecode, value)
    lock_is_its_own(lock)
    return ours.Value(typecode, value)


@counted
def Array(typecode, size_or_items, lock=True):
    if lock is False:
        return RawArray(typecode, size_or_items)
    lock_is_its_own(lock)
    if isinstance(size_or_items, int):
        return ours.Array.zeroed(typecode, size_or_items)
    return ours.Array(typecode, list(size_or_items))


RawValue = counted(ours.RawValue)


@counted
def RawArray(typecode, size_or_items):
    items = [0] * size_or_items if isinstance(size_or_items, int) else list(size_or_items)
    return ours.RawArray(typecode, items)


NAMES = [
    "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier", "Queue",
    "JoinableQueue", "SimpleQueue", "Pipe", "Value", "Array", "RawValue", "RawArray",
]
