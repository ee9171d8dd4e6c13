"""A number and an array in shared memory: what a child stores, its parent reads."""

from multiprocessing import Array, Process, Value


def f(number, array):
    number.value = 3.1415927
    for i in range(len(array)):
        array[i] = -array[i]


if __name__ == "__main__":
    number = Value("d", 0.0)
    array = Array("i", range(10))
    process = Process(target=f, args=(number, array))
    process.start()
    process.join()
    print(number.value)
    print(array[:])
