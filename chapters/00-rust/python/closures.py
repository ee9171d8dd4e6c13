"""Twin of `closures`: what a function without a name takes along."""

from concurrent.futures import ThreadPoolExecutor

# ANCHOR: main
adders = []
for n in range(1, 4):
    adders.append(lambda x, n=n: x + n)
print(f"10 and the first number: {adders[0](10)}")

greeting = "hello"
greet = lambda name: f"{greeting}, {name}"
print(f"{greet('Ada')} and {greet('Bob')}")

with ThreadPoolExecutor() as threads:
    worker = threads.submit(lambda: f"{greeting} from the thread")
    print(worker.result())
# ANCHOR_END: main
