"""The same work in Python, for the table in the README beside this."""

import sys
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "08-multiprocessing/benches"))
from turns import serve  # noqa: E402


def square(n):
    return n * n


def apply(rounds):
    for n in range(rounds):
        pool.apply(square, (n,))


def map_chunks(rounds):
    for _ in range(rounds):
        pool.map(square, range(100_000))


def map_ones(rounds):
    for _ in range(rounds):
        pool.map(square, range(100_000), 1)


if __name__ == "__main__":
    pool = Pool(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    serve(globals()[sys.argv[1]])
    pool.terminate()
