"""What a worker should have once, not once a task."""

from multiprocessing import Pool

greeting = "(silence)"


def remember(word):
    global greeting
    greeting = word


def greet(name):
    return f"{greeting} {name}"


if __name__ == "__main__":
    with Pool(2, initializer=remember, initargs=("hello",)) as pool:
        for line in pool.map(greet, ["ann", "bob", "eve"]):
            print(line)
        print(greet("parent"))
        pool.close()
        pool.join()
