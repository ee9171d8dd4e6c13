"""All thirteen types of a manager, each used by a child process."""

import sys
from multiprocessing import Manager, Process


def data(a_list, a_dict, namespace, value, array):
    a_list.append(4)
    a_dict["child"] = True
    namespace.x = 10
    value.value = 2.5
    array[-1] = 30


def succeeds(action):
    try:
        action()
    except ValueError:
        return "false"
    return "true"


def locks(lock, rlock, semaphore, bounded):
    print("the child takes the Lock:", str(lock.acquire(False)).lower())
    print("the child takes the RLock:", str(rlock.acquire(False)).lower())
    print("the child takes a Semaphore of 2:", str(semaphore.acquire(False)).lower())
    print("and once more:", str(semaphore.acquire(False)).lower())
    print("more than 1 released:", succeeds(bounded.release))


def meet(event, barrier, condition, queue):
    event.set()
    barrier.wait()
    with condition:
        queue.put("from the child")
        condition.notify()


def run(target, *args):
    # A forked child has a copy of what is printed and not yet written.
    sys.stdout.flush()
    process = Process(target=target, args=args)
    process.start()
    return process


if __name__ == "__main__":
    with Manager() as manager:
        a_list, a_dict = manager.list([1, 2, 3]), manager.dict()
        namespace = manager.Namespace()
        value = manager.Value("d", 0.0)
        array = manager.Array("i", [1, 2, 3])
        run(data, a_list, a_dict, namespace, value, array).join()
        print("list:", a_list)
        print("dict:", a_dict)
        print("Namespace: x is", namespace.x)
        print("Value:", value.value)
        print("Array:", list(array))

        lock, rlock = manager.Lock(), manager.RLock()
        semaphore, bounded = manager.Semaphore(2), manager.BoundedSemaphore(1)
        semaphore.acquire()
        with lock, rlock, rlock:
            run(locks, lock, rlock, semaphore, bounded).join()

        event, barrier = manager.Event(), manager.Barrier(2)
        condition, queue = manager.Condition(), manager.Queue(1)
        with condition:
            child = run(meet, event, barrier, condition, queue)
            print("the Event is set:", str(event.wait()).lower())
            barrier.wait()
            print("both were at the Barrier")
            print("the Condition was notified:", str(condition.wait()).lower())
        print("Queue:", repr(queue.get()))
        child.join()
