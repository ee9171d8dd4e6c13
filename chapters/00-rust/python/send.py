"""Twin of `send`: a shape that goes to another thread."""

from concurrent.futures import ThreadPoolExecutor


# ANCHOR: main
class Square:
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side


def in_a_thread(shape):
    with ThreadPoolExecutor() as threads:
        return threads.submit(shape.area).result()


print(f"here: {Square(3).area()}")
print(f"in a thread: {in_a_thread(Square(4))}")
# ANCHOR_END: main
