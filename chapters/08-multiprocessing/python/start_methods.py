"""What a child has of its parent, forked or started afresh."""

import multiprocessing
import os

variable = 1


def link(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return None


def look(method, number, file):
    global variable
    state = "open" if link(number) == file else "not open"
    print(f"{method}: the variable is {variable}", flush=True)
    print(f"{method}: the parent's pipe is {state}", flush=True)
    variable = 3


if __name__ == "__main__":
    variable = 2
    reader, writer = os.pipe()
    for method in ["spawn", "fork"]:
        context = multiprocessing.get_context(method)
        child = context.Process(target=look, args=(method, reader, link(reader)))
        child.start()
        child.join()
    print("parent: the variable is", variable)
