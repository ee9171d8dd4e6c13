"""What each typecode holds, and what becomes of a number that is too large."""

import ctypes
from multiprocessing import Value

TYPES = {
    "c": "char",
    "b": "signed char",
    "B": "unsigned char",
    "u": "wchar_t",
    "h": "short",
    "H": "unsigned short",
    "i": "int",
    "I": "unsigned int",
    "l": "long",
    "L": "unsigned long",
    "q": "long long",
    "Q": "unsigned long long",
    "f": "float",
    "d": "double",
}


def example(code, size):
    if code == "c":
        return b"x"
    if code == "u":
        return "男"
    if code in "fd":
        return 0.1
    return 1 << (8 * size - 1) if code.islower() else -1


def is_refused(code, item):
    try:
        Value(code, item)
    except TypeError:
        return "true"
    return "false"


def is_typecode(code):
    try:
        Value(code)
    except (KeyError, TypeError, AttributeError):
        return "false"
    return "true"


if __name__ == "__main__":
    for code, name in TYPES.items():
        size = ctypes.sizeof(Value(code).get_obj())
        stored = example(code, size)
        value = Value(code, stored)
        print(f"{code} {name:18} {size}  {stored!r} -> {value.value!r}")
    print(f"a fraction into i is refused: {is_refused('i', 1.5)}")
    print(f"a character into d is refused: {is_refused('d', 'x')}")
    print(f"a number into u is refused: {is_refused('u', 120)}")
    print(f"x is a typecode: {is_typecode('x')}")
