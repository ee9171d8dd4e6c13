"""Kill, time-outs, and what they leave behind, on gevent."""

import gevent

AGES = 3600
A_MOMENT = 0.01


def lower(flag):
    return str(flag).lower()


def sleep_for_ages():
    try:
        gevent.sleep(AGES)
        raise AssertionError("nobody waits that long")
    finally:
        print("  cleaned up")


def was_killed(task):
    return lower(isinstance(task.value, gevent.GreenletExit))


def timeout(seconds, body):
    """Was the body ended by this time-out?"""
    with gevent.Timeout(seconds) as mine:
        try:
            body()
        except gevent.Timeout as fired:
            if fired is not mine:
                raise
            return True
    return False


print("-- killed in its sleep")
task = gevent.spawn(sleep_for_ages)
gevent.sleep(0)  # now it sleeps
task.kill()
print("killed:", was_killed(task))

print("-- killed before its first turn")
task = gevent.spawn(print, "never printed")
task.kill()
print("killed:", was_killed(task))

print("-- a time-out ends what it contains, and no more")
print("out of time:", lower(timeout(A_MOMENT, sleep_for_ages)))

print("-- the nearer time-out fires first")


def nested():
    print("inner out of time:", lower(timeout(A_MOMENT, sleep_for_ages)))


print("outer out of time:", lower(timeout(AGES, nested)))

print("-- a join that gives up leaves the task alone")
task = gevent.spawn(sleep_for_ages)
task.join(timeout=A_MOMENT)
print("finished:", lower(task.ready()))
print("-- the end of main ends what is left")
# The hub of gevent ends with its thread and takes suspended tasks along unseen.
task.kill()
print("the hub is gone")
