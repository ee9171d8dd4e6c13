"""Tasks through one queue, results through another."""

from multiprocessing import Process, Queue


def square_all(tasks, results):
    while (n := tasks.get()) is not None:
        results.put((n, n * n))


if __name__ == "__main__":
    tasks, results = Queue(2), Queue()
    child = Process(target=square_all, args=(tasks, results))
    child.start()
    for n in range(1, 6):
        tasks.put(n)
    tasks.put(None)
    # With more than a pipe holds, this join would wait for ever: the child
    # ends only when somebody has taken what it put.
    child.join()
    print("exit code:", child.exitcode)
    print("results that wait:", results.qsize())
    for _ in range(5):
        n, square = results.get()
        print(f"{n} squared is {square}")
