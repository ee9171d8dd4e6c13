"""The locks and signals of threads, for processes."""

from multiprocessing import Barrier, Condition, Event, Lock, Process, Semaphore


def keep_out(lock, semaphore):
    print("the child takes the Lock:", str(lock.acquire(block=False)).lower())
    print("the child takes a Semaphore of 2:", str(semaphore.acquire(block=False)).lower())
    print("and once more:", str(semaphore.acquire(block=False)).lower(), flush=True)


def meet(event, barrier, condition):
    event.set()
    barrier.wait()
    with condition:
        condition.notify(1)
        print("the child wakes 1", flush=True)


if __name__ == "__main__":
    lock, semaphore = Lock(), Semaphore(2)
    with lock:
        semaphore.acquire()
        child = Process(target=keep_out, args=(lock, semaphore))
        child.start()
        child.join()
    # There is no lock.locked() before 3.14.
    free = lock.acquire(block=False)
    print("the Lock is locked:", str(not free).lower(), flush=True)

    event, barrier, condition = Event(), Barrier(2), Condition()
    with condition:
        child = Process(target=meet, args=(event, barrier, condition))
        child.start()
        event.wait()
        print("the Event is set:", str(event.is_set()).lower(), flush=True)
        barrier.wait()
        print("both were at the Barrier", flush=True)
        condition.wait()
        print("the Condition was notified", flush=True)
    child.join()
