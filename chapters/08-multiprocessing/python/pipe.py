"""Values to a child and back: a pipe whose ends send and receive."""

from multiprocessing import Pipe, get_context

# A forked child would hold a copy of our end, and never see it closed.
context = get_context("spawn")


def square_all(parent):
    try:
        while True:
            n = parent.recv()
            parent.send(n * n)
    except EOFError:
        print("the child saw the end", flush=True)


if __name__ == "__main__":
    ours, theirs = Pipe()
    child = context.Process(target=square_all, args=(theirs,))
    child.start()
    theirs.close()
    for n in [3, 4, 5]:
        ours.send(n)
        print(f"{n} squared is {ours.recv()}", flush=True)
    ours.close()
    child.join()
    print("exit code:", child.exitcode)
