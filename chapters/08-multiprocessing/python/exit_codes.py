"""How a process ended, as its parent sees it."""

import sys
from multiprocessing import Event, Process


def returns():
    pass


def exits_with_3():
    sys.exit(3)


def raises():
    raise RuntimeError("the child has had enough")


def waits_for_ever(never):
    never.wait()


def exit_code(child):
    child.join()
    return child.exitcode


def started(target, *args):
    child = Process(target=target, args=args)
    child.start()
    return child


if __name__ == "__main__":
    print("returned:", exit_code(started(returns)))
    print("exit(3):", exit_code(started(exits_with_3)))
    print("panicked:", exit_code(started(raises)))

    child = started(waits_for_ever, Event())
    child.terminate()
    print("terminated:", exit_code(child))

    child = started(waits_for_ever, Event())
    child.kill()
    print("killed:", exit_code(child))
