"""Three pages fetched at once, on asyncio. `--url URL` for others."""

import asyncio
import sys
from urllib.parse import urlsplit

# Name, length, and in which place it answers.
PAGES = [("python", 51_234, 1), ("yahoo", 204_800, 2), ("github", 128_000, 0)]


def server(everyone_asked, turns, length, place):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        everyone_asked.append(place)
        if len(everyone_asked) == len(PAGES):
            turns[0].set()
        await turns[place].wait()
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n"
        writer.write(head.encode() + b"." * length)
        await writer.drain()
        writer.close()

    return asyncio.start_server(serve, "127.0.0.1", 0)


# ANCHOR: main
async def fetch(url, turns):
    print(f"GET: {url}")
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    writer.write(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.hostname}\r\n\r\n".encode())
    head, _, page = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status = head.split(b"\r\n")[0].decode()
    if status.split()[1] != "200":
        raise OSError(f"{url} answered {status}")
    print(f"{len(page)} bytes received from {url}.")
    for turn in turns:
        if not turn.is_set():
            turn.set()
            break
# ANCHOR_END: main


async def main():
    urls = [argument for argument in sys.argv[1:] if argument != "--url"]
    asked, turns, servers = [], [asyncio.Event() for _ in PAGES], []
    if not urls:
        for name, length, place in PAGES:
            local = await server(asked, turns, length, place)
            servers.append(local)
            urls.append(f"http://127.0.0.1:{local.sockets[0].getsockname()[1]}/{name}")
    await asyncio.gather(*(fetch(url, turns) for url in urls))
    for local in servers:
        local.close()


asyncio.run(main())
