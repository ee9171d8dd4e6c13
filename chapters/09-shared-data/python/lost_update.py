"""+= is two accesses, and another process may come between them."""

from multiprocessing import Pipe, Process, Value


def add_slowly(value, its_end):
    old = value.value
    its_end.send(old)
    its_end.recv()
    value.value = old + 1


def add_locked(value):
    for _ in range(1000):
        with value.get_lock():
            value.value += 1


if __name__ == "__main__":
    value = Value("q", 0)
    first, its_end = Pipe()
    one = Process(target=add_slowly, args=(value, its_end))
    one.start()
    second, its_end = Pipe()
    two = Process(target=add_slowly, args=(value, its_end))
    two.start()
    print("one process reads", first.recv())
    print("the other reads", second.recv())
    first.send(None)
    one.join()
    second.send(None)
    two.join()
    print("without the lock:", value.value, "after 2 additions")

    value = Value("q", 0)
    processes = [Process(target=add_locked, args=(value,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print("with the lock:", value.value, "after 2000 additions")
