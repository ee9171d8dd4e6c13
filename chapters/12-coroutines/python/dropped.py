"""Dropping a suspended greenlet unwinds its stack: GreenletExit is raised in it."""

from contextlib import contextmanager

from greenlet import getcurrent, greenlet

main = getcurrent()


@contextmanager
def guard(name):
    try:
        yield
    finally:
        print(f"  {name} cleaned up")


def run():
    with guard("outer"), guard("inner"):
        print("  greenlet goes to sleep")
        main.switch()
        raise AssertionError("nobody wakes it again")


first_handle = greenlet(run)
first_handle.switch()

second_handle = first_handle
del first_handle
print(f"one handle dropped, one left; dead: {str(second_handle.dead).lower()}")
del second_handle
print("the last handle dropped")
