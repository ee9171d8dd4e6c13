"""Two cooperating tasks on asyncio, which is to Python what tokio is to Rust."""

import asyncio


async def foo():
    print("Running in foo")
    await asyncio.sleep(0)
    print("Explicit context switch to foo again")


async def bar():
    print("Explicit context to bar")
    await asyncio.sleep(0)
    print("Implicit context switch back to bar")


async def main():
    await asyncio.gather(foo(), bar())


asyncio.run(main())
