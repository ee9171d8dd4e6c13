"""The document's thread pool, mended. The twins of this chapter import it.

Everything that is counted is counted under one lock, and a task is given to a
thread on paper at the moment it is accepted. So threads are started only when
none is idle, and never more than allowed. `terminate` takes what is queued out
of the queue instead of pushing stop events until every thread is gone.
"""

import queue
import sys
import threading
import traceback

STOP = object()


class ThreadPool:
    def __init__(self, max_threads):
        self.max_threads = max_threads
        self.tasks = queue.Queue()
        self.lock = threading.Lock()
        self.threads = []
        self.spawned = self.idle = self.waiting = 0
        self.closed = False

    def execute(self, task, callback=None):
        """Returns whether the task was accepted."""
        with self.lock:
            if self.closed:
                return False
            if self.idle > 0:
                self.idle -= 1
            elif self.spawned < self.max_threads:
                thread = threading.Thread(target=self._work)
                thread.start()
                self.threads.append(thread)
                self.spawned += 1
            else:
                self.waiting += 1
            self.tasks.put((task, callback))
            return True

    def sizes(self):
        with self.lock:
            return self.spawned, self.idle, self.waiting

    def wait_idle(self):
        self.tasks.join()

    def close(self):
        """Every accepted task still runs; then the threads leave."""
        with self.lock:
            self._stop()

    def terminate(self):
        """Returns the tasks that no thread has begun; then the threads leave."""
        with self.lock:
            tasks = [item for item in self._taken_out() if item is not STOP]
            self.idle += len(tasks) - self.waiting
            self.waiting = 0
            self.closed = False  # the stop events may have been taken out, too
            self._stop()
            return tasks

    def join(self):
        for thread in self.threads:
            thread.join()

    def _stop(self):
        if not self.closed:
            self.closed = True
            for _ in range(self.spawned):
                self.tasks.put(STOP)

    def _taken_out(self):
        while True:
            try:
                yield self.tasks.get_nowait()
            except queue.Empty:
                return
            self.tasks.task_done()

    def _work(self):
        while (item := self.tasks.get()) is not STOP:
            run(*item)
            with self.lock:
                if self.waiting > 0:
                    self.waiting -= 1
                else:
                    self.idle += 1
            self.tasks.task_done()
        self.tasks.task_done()
        with self.lock:
            self.spawned -= 1
            self.idle -= 1


def run(task, callback):
    """Runs a task and its callback; the callback gets the exception, if any.

    Not only an `Exception`: `sys.exit()` in a task must not cost a thread either.
    """
    try:
        status, result = True, task()
    except BaseException as error:
        status, result = False, error
    if callback is not None:
        try:
            callback(status, result)
        except BaseException:
            traceback.print_exc()


def say(line):
    """Prints a line in one piece, whatever the other threads print."""
    sys.stdout.write(f"{line}\n")
