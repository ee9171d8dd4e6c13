"""Where an error goes: to whoever asks for the result, and to the error callback."""

from multiprocessing import Pool, Value


def remember(value):
    global counter
    counter = value


def below_three(n):
    if n >= 3:
        raise ValueError(f"{n} is not below 3")
    return n


def count_and_check(n):
    with counter.get_lock():
        counter.value += 1
    if n == 1:
        raise ValueError(f"element {n} fails")
    return n


if __name__ == "__main__":
    counter = Value("i", 0)
    with Pool(2, initializer=remember, initargs=(counter,)) as pool:
        result = pool.apply_async(
            below_three,
            (5,),
            callback=lambda n: print("callback:", n),
            error_callback=lambda error: print("error callback:", error),
        )
        result.wait()
        print("successful:", str(result.successful()).lower())
        try:
            print("get:", result.get())
        except ValueError as error:
            print("get:", error)

        for size in [1, 4]:
            counter.value = 0
            try:
                pool.map(count_and_check, range(8), chunksize=size)
            except ValueError as error:
                print(f"map in chunks of {size}: {error}; {counter.value} elements ran")
        print("the workers live:", pool.apply(below_three, (2,)))
        pool.close()
        pool.join()
