"""A result goes to the parent, whoever switched last."""

from greenlet import getcurrent, greenlet

main = getcurrent()


def quoted(text):
    return f'"{text}"'


def run_outer(_):
    inner = greenlet(lambda _: "inner's result")
    print("  outer got", quoted(inner.switch("start")))
    return "outer's result"


def run_collector(_):
    result = main.switch("collector waits")
    print("  collector got", quoted(result))
    return "collector's result"


print("-- the parent is who made it")
outer = greenlet(run_outer)
print("main got", quoted(outer.switch("start")))

print("-- or who it was given to")
collector = greenlet(run_collector)
worker = greenlet(lambda _: "worker's result")
worker.parent = collector
print("main got", quoted(collector.switch("start")))
print("main got", quoted(worker.switch("start")))

print("-- a dead one passes on what it gets")
print("main got", quoted(worker.switch("for nobody")))

print("-- a cycle")
a, b = greenlet(lambda: None), greenlet(lambda: None)
a.parent = b
try:
    b.parent = a
except ValueError:
    print("refused: true")
