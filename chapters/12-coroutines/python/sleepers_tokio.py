"""Ten thousand sleepers in one thread, on asyncio."""

import asyncio
import threading
import time

SLEEPERS = 10_000
NAP = 0.1

asleep = most_asleep = 0
threads = set()


async def nap():
    global asleep, most_asleep
    asleep += 1
    most_asleep = max(most_asleep, asleep)
    await asyncio.sleep(NAP)
    asleep -= 1
    threads.add(threading.get_ident())


async def main():
    await asyncio.gather(*(nap() for _ in range(SLEEPERS)))


start = time.perf_counter()
asyncio.run(main())
print("most asleep at once:", most_asleep)
print("still asleep:", asleep)
print("threads:", len(threads))
print(f"{SLEEPERS * NAP:.0f} s of sleep took {time.perf_counter() - start:.2f} s")
