"""A switch carries values both ways."""

from greenlet import getcurrent, greenlet

main = getcurrent()


def run(first):
    print(f"  greenlet got {first}")
    second = main.switch(2 * first)
    print(f"  greenlet got {second}")
    return 2 * second


def show_state():
    # A greenlet is true from its start to its end, and only then.
    started = bool(doubler) or doubler.dead
    print(f"started: {str(started).lower()}, dead: {str(doubler.dead).lower()}")


doubler = greenlet(run)
show_state()
print(f"main got {doubler.switch(1)} from a switch")
show_state()
print(f"main got {doubler.switch(10)} from its return")
show_state()
print(f"main got {doubler.switch(100)} back from a dead one")
