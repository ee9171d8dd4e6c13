"""A context manager written as a generator, and what remains of it when the
body fails."""

import contextlib
import os

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "index.html")


class Marks(list):
    """Prints marks and remembers them."""

    def set(self, mark):
        print(mark)
        self.append(str(mark))


@contextlib.contextmanager
def my_open(path, marks):
    """Opens a file, gives it to the body, and closes it."""
    marks.set(1)
    file = open(path, encoding="utf-8")
    try:
        marks.set(2)
        yield file
        marks.set(3)
    finally:
        file.close()
        marks.set(4)


def main():
    marks = Marks()
    with my_open(PAGE, marks) as file:
        marks.set(5)
        print(file.readline().rstrip())
        marks.set(6)

    print("now the body fails:")
    failing = Marks()
    try:
        with my_open(PAGE, failing):
            failing.set(5)
            raise OSError("the body gave up")
    except OSError as error:
        print(f"the caller gets: {error}")

    print(" ".join(failing))
    print(" ".join(marks))


main()
