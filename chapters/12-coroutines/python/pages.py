"""Three pages fetched at once, on gevent. `--url URL` for others.

`patch_all` replaces the blocking calls of the standard library, so that urlopen
switches to another task wherever it would block.
"""

from gevent import monkey

monkey.patch_all()

import sys
from urllib.request import urlopen

import gevent
from gevent.event import Event
from gevent.server import StreamServer

# Name, length, and in which place it answers.
PAGES = [("python", 51_234, 1), ("yahoo", 204_800, 2), ("github", 128_000, 0)]

asked = 0
all_asked = Event()
turns = [Event() for _ in PAGES]
turns[0].set()


def server(length, place):
    def serve(client, _address):
        global asked
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += client.recv(4096)
        asked += 1
        if asked == len(PAGES):
            all_asked.set()
        all_asked.wait()
        turns[place].wait()
        head = f"HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n"
        client.sendall(head.encode() + b"." * length)

    return StreamServer(("127.0.0.1", 0), serve)


# ANCHOR: main
def fetch(url):
    print(f"GET: {url}")
    with urlopen(url) as response:
        page = response.read()
    print(f"{len(page)} bytes received from {url}.")
    for turn in turns:
        if not turn.is_set():
            turn.set()
            break
# ANCHOR_END: main


urls = [argument for argument in sys.argv[1:] if argument != "--url"]
servers = [] if urls else [(name, server(length, place)) for name, length, place in PAGES]
for name, local in servers:
    local.start()
    urls.append(f"http://127.0.0.1:{local.server_port}/{name}")
gevent.joinall([gevent.spawn(fetch, url) for url in urls], raise_error=True)
for _, local in servers:
    local.stop()
