"""What the convenience of a manager costs, against shared memory."""

from multiprocessing import Manager, Value
from time import perf_counter

TIMES = 1000


def seconds(action):
    start = perf_counter()
    for _ in range(TIMES):
        action()
    return perf_counter() - start


if __name__ == "__main__":
    with Manager() as manager:
        far = manager.list([0])
        near = Value("q", 0)
        through_manager = seconds(lambda: far.__setitem__(0, 1))
        in_memory = seconds(lambda: setattr(near, "value", 1))
        print(
            "one access through a manager costs as much as"
            f" {through_manager / in_memory:.0f} in shared memory"
        )

        a_list = manager.list()
        one_by_one = seconds(lambda: a_list.append(1))
        start = perf_counter()
        a_list.extend([1] * TIMES)
        in_one_go = perf_counter() - start
        print(
            "1000 appends one by one cost as much as"
            f" {one_by_one / in_one_go:.0f} times 1000 in one go"
        )
