"""Kill, time-outs, and what they leave behind, on asyncio."""

import asyncio

AGES = 3600
A_MOMENT = 0.01


def lower(flag):
    return str(flag).lower()


async def sleep_for_ages():
    try:
        await asyncio.sleep(AGES)
        raise AssertionError("nobody waits that long")
    finally:
        print("  cleaned up")


async def was_killed(task):
    await asyncio.wait([task])
    return lower(task.cancelled())


async def is_out_of_time(seconds, body):
    try:
        async with asyncio.timeout(seconds):
            await body
    except TimeoutError:
        return True
    return False


async def main():
    print("-- killed in its sleep")
    task = asyncio.create_task(sleep_for_ages())
    await asyncio.sleep(0)  # now it sleeps
    task.cancel()
    print("killed:", await was_killed(task))

    async def fresh():
        print("never printed")

    print("-- killed before its first turn")
    task = asyncio.create_task(fresh())
    task.cancel()
    print("killed:", await was_killed(task))

    print("-- a time-out ends what it contains, and no more")
    print("out of time:", lower(await is_out_of_time(A_MOMENT, sleep_for_ages())))

    async def nested():
        print("inner out of time:", lower(await is_out_of_time(A_MOMENT, sleep_for_ages())))

    print("-- the nearer time-out fires first")
    print("outer out of time:", lower(await is_out_of_time(AGES, nested())))

    print("-- a join that gives up leaves the task alone")
    task = asyncio.create_task(sleep_for_ages())
    await asyncio.wait([task], timeout=A_MOMENT)
    print("finished:", lower(task.done()))
    print("-- the end of the runtime ends what is left")


asyncio.run(main())
print("the runtime is gone")
