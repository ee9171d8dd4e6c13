"""Exceptions carried by a switch: caught, passed on, and GreenletExit."""

from greenlet import GreenletExit, getcurrent, greenlet

main = getcurrent()


class Refused(Exception):
    pass


def quoted(text):
    return f'"{text}"'


def lower(flag):
    return str(flag).lower()


def careful_run(_):
    try:
        return main.switch("waiting")
    except Refused as refused:
        print("  greenlet caught", quoted(refused))
        return "recovered"


def wait(_):
    return main.switch("waiting")


def main_catches(g, text):
    try:
        g.throw(Refused(text))
    except Refused as refused:
        print(f"main caught {quoted(refused)}; dead: {lower(g.dead)}")


print("-- caught where it arrives")
careful = greenlet(careful_run)
print("main got", quoted(careful.switch("start")))
print("main got", quoted(careful.throw(Refused("no more"))))

print("-- not caught: it ends the greenlet and goes to the parent")
careless = greenlet(wait)
print("main got", quoted(careless.switch("start")))
main_catches(careless, "too late")

print("-- thrown at one that never started")
main_catches(greenlet(wait), "before the start")

print("-- Exit arrives at the parent as a value")
leaving = greenlet(wait)
print("main got", quoted(leaving.switch("start")))
exit_value = leaving.throw(GreenletExit("goodbye"))
print(f"main got {quoted(exit_value)}; dead: {lower(leaving.dead)}")
