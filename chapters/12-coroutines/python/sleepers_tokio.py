"""Ten thousand sleepers in one thread, on asyncio."""

import asyncio
import threading
import time

SLEEPERS = 10_000
NAP = 0.1

asleep = most_asleep = 0
threads = set()


async def nap(all_asleep):
    global asleep, most_asleep
    asleep += 1
    most_asleep = max(most_asleep, asleep)
    if asleep == SLEEPERS:
        all_asleep.set()
    await asyncio.sleep(NAP)
    # Nobody gets up before the last one lies down, however slow the machine.
    await all_asleep.wait()
    asleep -= 1
    threads.add(threading.get_ident())


async def main():
    all_asleep = asyncio.Event()
    await asyncio.gather(*(nap(all_asleep) for _ in range(SLEEPERS)))


start = time.perf_counter()
asyncio.run(main())
print("most asleep at once:", most_asleep)
print("still asleep:", asleep)
print("threads:", len(threads))
print(f"{SLEEPERS * NAP:.0f} s of sleep took {time.perf_counter() - start:.2f} s")
