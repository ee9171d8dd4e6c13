"""Ten tasks for five workers, each result handed to a callback."""

from multiprocessing import Event, Pool


def remember(event):
    global gate
    gate = event


def my_fun(i):
    gate.wait()
    return i + 100


def end_call(arg):
    print("end_call", arg)


if __name__ == "__main__":
    gate = Event()
    pool = Pool(5, initializer=remember, initargs=(gate,))
    results = [pool.apply_async(my_fun, (i,), callback=end_call) for i in range(10)]
    print("end")
    gate.set()
    pool.close()
    pool.join()
    for result in results:
        result.get()
