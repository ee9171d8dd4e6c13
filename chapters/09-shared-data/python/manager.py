"""A dict and a list that live in a process of their own."""

from multiprocessing import Manager, Process


def f(d, l):
    d[1] = "1"
    d["2"] = 2
    d[0.25] = None
    l.reverse()


if __name__ == "__main__":
    with Manager() as manager:
        d = manager.dict()
        l = manager.list(range(10))
        process = Process(target=f, args=(d, l))
        process.start()
        process.join()
        print(d)
        print(l)
