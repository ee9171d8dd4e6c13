"""Guards and defer: the end of a scope, however it comes. In Python,
contextlib.ExitStack is the nearest thing."""

import contextlib


def work(how_much):
    with contextlib.ExitStack() as scope:
        scope.callback(print, "  outer end")
        print("  outer begin")
        if how_much == "half":
            return "half"
        scope.callback(print, "  inner end")
        print("  inner begin")
        assert how_much != "none", "told to give up"
        return "all"


def main():
    print(f"to its last line: {work('all')}")
    print(f"left early: {work('half')}")
    try:
        work("none")
        print("in a panic: lost")
    except AssertionError:
        print("in a panic: passed on")

    # One that holds its value, and one that is told to let go.
    with contextlib.ExitStack() as scope:
        pages = ["first"]
        scope.callback(lambda: print(f"closed with {', '.join(pages)}"))
        pages.append("second")
    with contextlib.ExitStack() as scope:
        kept = "not closed"
        scope.callback(print, "closed all the same")
        scope.pop_all()
    print(f"let go: {kept}")


main()
