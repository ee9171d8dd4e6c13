"""A function that runs in a process of its own."""

from multiprocessing import Process


def hello(name):
    print("hello", name, flush=True)


if __name__ == "__main__":
    child = Process(target=hello, args=("bob",))
    child.start()
    child.join()
