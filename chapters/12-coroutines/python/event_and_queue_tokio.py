"""An event and a bounded queue between tasks, on asyncio."""

import asyncio


async def event():
    flag = asyncio.Event()

    async def wait(i):
        await flag.wait()
        print(f"waiter {i} goes on")

    async def set_and_clear():
        print("set, and cleared at once")
        flag.set()
        flag.clear()

    await asyncio.gather(wait(0), wait(1), wait(2), set_and_clear())
    print("set:", str(flag.is_set()).lower())


async def queue():
    items = asyncio.Queue(2)

    async def produce():
        for item in range(1, 5):
            await items.put(item)
            print(f"put {item}")
        await items.put(None)

    async def consume():
        while (item := await items.get()) is not None:
            print(f"  got {item}")

    await asyncio.gather(produce(), consume())
    print("nothing more:", str(items.empty()).lower())


async def main():
    await event()
    await queue()


asyncio.run(main())
