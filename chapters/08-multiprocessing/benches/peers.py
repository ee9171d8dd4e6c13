"""The same work in Python, for the table in the README beside this."""

import sys
from multiprocessing import get_context

from turns import serve


def nothing():
    pass


def spawn(rounds):
    context = get_context("spawn")
    for _ in range(rounds):
        child = context.Process(target=nothing)
        child.start()
        child.join()


def fork(rounds):
    context = get_context("fork")
    for _ in range(rounds):
        child = context.Process(target=nothing)
        child.start()
        child.join()


def echo(tasks, results):
    while (item := tasks.get()) is not None:
        results.put(item)


def queue(rounds):
    for n in range(rounds):
        tasks.put(n)
        results.get()


if __name__ == "__main__":
    if sys.argv[1] == "queue":
        context = get_context("spawn")
        tasks, results = context.Queue(), context.Queue()
        context.Process(target=echo, args=(tasks, results), daemon=True).start()
    serve(globals()[sys.argv[1]])
