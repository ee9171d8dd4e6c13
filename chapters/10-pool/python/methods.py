"""The methods of a pool, one after the other."""

from multiprocessing import Pool


def square(x):
    return x * x


def power(base, exponent):
    return base**exponent


def truth(value):
    return str(value).lower()


if __name__ == "__main__":
    with Pool(2) as pool:
        print("apply:", pool.apply(square, (3,)))

        result = pool.apply_async(square, (4,))
        result.wait()
        print(f"ready: {truth(result.ready())}, successful: {truth(result.successful())}")
        print("apply_async:", result.get())

        print("map:", pool.map(square, range(5)))
        print("map_async:", pool.map_async(square, range(5, 10)).get())
        print("map in chunks of 3:", pool.map(square, range(7), chunksize=3))
        print("starmap:", pool.starmap(power, [(2, 3), (3, 2), (10, 4)]))

        squares = pool.imap(square, range(4))
        print("imap, the first:", squares.next(timeout=60))
        print("imap, the rest:", list(squares))

        print("imap_unordered, sorted:", sorted(pool.imap_unordered(square, range(4))))
        pool.close()
        pool.join()
