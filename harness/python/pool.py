"""What stands in for `multiprocessing.Pool`: chapter 10's, in the program that
`CPYTHON_POOL_HOST` names. That distributes tasks to workers, keeps the order of
results, replaces workers and ends them. Python's alone is here: pickling, the
iterable that is asked for items, and who is told of an outcome.
"""

import itertools
import os
import pickle
import sys
import threading
from collections import namedtuple
from multiprocessing import TimeoutError
from multiprocessing.pool import ExceptionWithTraceback, MaybeEncodingError

from every_interleaving import processes as ours
from processes import dumps


class WorkerLost(RuntimeError):
    """The pool's own error, of which Python has no equal."""


class Result:
    """As `multiprocessing.pool.AsyncResult`."""

    def __init__(self, outcome_of, callback=None, error_callback=None):
        self._outcome_of = outcome_of
        self._callbacks = {True: callback, False: error_callback}
        self._done = threading.Event()

    def _set(self, outcome):
        self._good, self._value = outcome
        callback = self._callbacks[self._good]
        if callback:
            callback(self._value)
        self._done.set()

    def wait(self, timeout=None):
        self._done.wait(timeout)

    def ready(self):
        return self._done.is_set()

    def successful(self):
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return self._good

    def get(self, timeout=None):
        if not self._done.wait(timeout):
            raise TimeoutError
        if self._good:
            return self._value
        raise self._value


class Items:
    """As what `imap` gives: outcomes one by one, and then what came of the
    iterable, if that raised."""

    def __init__(self, failure):
        self._failure = failure
        self._come = threading.Condition()
        self._outcomes = []

    def _set(self, outcome):
        with self._come:
            self._outcomes.append(outcome)
            self._come.notify_all()

    def __iter__(self):
        return self

    def __next__(self):
        with self._come:
            self._come.wait_for(lambda: self._outcomes)
            if self._outcomes[0] is not None:
                good, value = self._outcomes.pop(0)
                if good:
                    return value
                raise value
        if self._failure:
            failure, self._failure = self._failure, None
            raise failure
        raise StopIteration


class Worker(namedtuple("Worker", ["pid"])):
    def is_alive(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


def first_bad(outcomes):
    """Of a `map`: all values, or the first exception."""
    outcomes = [pickle.loads(outcome) for outcome in outcomes]
    for good, value in outcomes:
        if not good:
            return False, value
    return True, [value for _, value in outcomes]


def only(outcomes):
    return pickle.loads(outcomes[0])


class Pool:
    asked = 0

    def __init__(self, processes=None, maxtasksperchild=None):
        if maxtasksperchild is not None and not isinstance(maxtasksperchild, int):
            raise ValueError("maxtasksperchild must be a positive int or None")
        processes = os.cpu_count() if processes is None else processes
        interpreter = [sys.executable, sys.argv[0], "--worker"]
        per_child = maxtasksperchild if maxtasksperchild is None else max(maxtasksperchild, 0)
        Pool.asked += 1
        self._ours = ours.PoolClient(
            os.environ["CPYTHON_POOL_HOST"], interpreter, max(processes, 0), per_child
        )
        self._ids = itertools.count()
        self._waiting = {}
        self._pids = threading.Condition()
        self._open = True
        self._reader = threading.Thread(target=read, args=(self._ours, self), daemon=True)
        self._reader.start()

    def _ask(self, waiting, method, *arguments):
        if not self._open:
            raise ValueError("Pool not running")
        Pool.asked += 1
        number = next(self._ids)
        self._waiting[number] = waiting
        getattr(self._ours, method)(number, *arguments)
        return waiting

    def apply_async(self, function, args=(), kwds={}, callback=None, error_callback=None):
        task = dumps((function, args, kwds))
        return self._ask(Result(only, callback, error_callback), "apply", task)

    def apply(self, function, args=(), kwds={}):
        return self.apply_async(function, args, kwds).get()

    def starmap_async(self, function, items, chunksize=None, callback=None, error_callback=None):
        tasks = [dumps((function, tuple(arguments), {})) for arguments in items]
        return self._ask(Result(first_bad, callback, error_callback), "map", tasks, chunksize)

    def map_async(self, function, items, chunksize=None, callback=None, error_callback=None):
        arguments = ((item,) for item in items)
        return self.starmap_async(function, arguments, chunksize, callback, error_callback)

    def starmap(self, function, items, chunksize=None):
        return self.starmap_async(function, items, chunksize).get()

    def map(self, function, items, chunksize=None):
        return self.map_async(function, items, chunksize).get()

    def _imap(self, function, items, chunksize, in_order):
        tasks, failure = [], None
        try:
            for item in items:
                tasks.append(dumps((function, (item,), {})))
        except Exception as error:
            failure = error
            # The chunk that it was to be in goes with it.
            del tasks[len(tasks) - len(tasks) % chunksize :]
        return self._ask(Items(failure), "imap", tasks, chunksize, in_order)

    def imap(self, function, items, chunksize=1):
        return self._imap(function, items, chunksize, True)

    def imap_unordered(self, function, items, chunksize=1):
        return self._imap(function, items, chunksize, False)

    @property
    def _pool(self):
        with self._pids:
            self._workers = None
            self._ours.pids()
            self._pids.wait_for(lambda: self._workers is not None)
            return [Worker(pid) for pid in self._workers]

    def _repopulate_pool(self):
        """Ours replaces a worker before it needs the next."""

    def close(self):
        self._open = False
        self._ours.close()

    def terminate(self):
        self._open = False
        self._ours.terminate()

    def join(self):
        if self._open:
            raise ValueError("Pool is still running")
        self._ours.join()
        self._reader.join()

    def __enter__(self):
        if not self._open:
            raise ValueError("Pool not running")
        return self

    def __exit__(self, *exception):
        self.terminate()


def read(client, pool):
    """Gives out what comes, until the pool has ended."""
    try:
        # What was given out is not kept while the next is waited for.
        while give_out(pool, *client.next()):
            pass
    except EOFError:
        pass


def give_out(pool, what, number, content):
    if what == "joined":
        return False
    if what == "pids":
        with pool._pids:
            pool._workers = content
            pool._pids.notify_all()
        return True
    waiting = pool._waiting[number]
    if what in ("done", "lost", "end"):
        del pool._waiting[number]
    if what in ("lost", "item lost"):
        outcome = False, WorkerLost(content)
    elif what == "item":
        outcome = pickle.loads(content)
    elif what == "done":
        outcome = waiting._outcome_of(content)
    else:
        outcome = None
    waiting._set(outcome)
    return True


def work(worker):
    """The Python of a process `worker`: calls come in, outcomes go out, and
    nothing else does.
    """
    import ctypes
    import signal

    # With the worker, which a pool may kill at any moment.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != worker:
        return
    tasks, outcomes = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while length := tasks.read(8):
        call = tasks.read(int.from_bytes(length, "little"))
        try:
            function, args, kwds = pickle.loads(call)
            outcome = True, function(*args, **kwds)
            del args, kwds
        except Exception as error:
            outcome = False, ExceptionWithTraceback(error, error.__traceback__)
        try:
            outcome = dumps(outcome)
        except Exception as error:
            outcome = dumps((False, MaybeEncodingError(error, outcome[1])))
        outcomes.write(len(outcome).to_bytes(8, "little") + outcome)
        outcomes.flush()
