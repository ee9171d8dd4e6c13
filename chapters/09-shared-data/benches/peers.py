"""The same work in Python, for the table in the README beside this."""

import sys
from multiprocessing import Array, Manager, get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "08-multiprocessing/benches"))
from turns import serve  # noqa: E402


def add(value, rounds):
    for _ in range(rounds):
        with value.get_lock():
            value.value += 1


def other(value, connection):
    while True:
        add(value, connection.recv())
        connection.send(None)


def increment(rounds):
    connection.send(rounds)
    add(value, rounds)
    connection.recv()


def negate(rounds):
    for _ in range(rounds):
        for i in range(len(array)):
            array[i] = -array[i]


def negate_slice(rounds):
    for _ in range(rounds):
        array[:] = [-x for x in array[:]]


def dict_set(rounds):
    for n in range(rounds):
        proxy["key"] = n


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "increment":
        context = get_context("spawn")
        value = context.Value("q", 0)
        connection, theirs = context.Pipe()
        context.Process(target=other, args=(value, theirs), daemon=True).start()
    elif what.startswith("negate"):
        array = Array("i", range(1_000_000))
    else:
        manager = Manager()
        proxy = manager.dict()
    serve(globals()[what])
