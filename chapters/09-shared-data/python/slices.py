"""Indices and slices of a shared array."""

from multiprocessing import Array


def succeeds(action):
    try:
        action()
    except (IndexError, ValueError):
        return "false"
    return "true"


if __name__ == "__main__":
    a = Array("i", range(10))
    print("a[-1]    =", a[-1])
    print("a[2:5]   =", a[2:5])
    print("a[-3:]   =", a[-3:])
    print("a[7:100] =", a[7:100])
    print("a[1::3]  =", a[1::3])
    print("a[::-1]  =", a[::-1])
    print("there is an a[10]:", succeeds(lambda: a[10]))

    a[::5] = [50, 55]
    print("a[::5] = [50, 55]:", a[:])
    print("two elements take three:", succeeds(lambda: a.__setitem__(slice(0, 2), [1, 2, 3])))
