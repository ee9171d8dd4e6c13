"""The same tasks on concurrent.futures, the nearest thing that Python has to
rayon."""

import sys
from concurrent.futures import ThreadPoolExecutor

THREADS = 5


def main():
    with ThreadPoolExecutor(THREADS) as pool:
        for i in range(30):
            pool.submit(sys.stdout.write, f"{i}\n")
    print(f"threads: {THREADS}")

    with ThreadPoolExecutor(THREADS) as pool:
        print(f"the squares add up to {sum(pool.map(lambda i: i * i, range(30)))}")


main()
