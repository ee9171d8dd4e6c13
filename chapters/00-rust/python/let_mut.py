"""Twin of `let-mut`: values, and which of them may change."""


# ANCHOR: main
def double(n):
    return n * 2


price = 20
total = price
total += 5
print(f"price {price}, total {total}")

label = "total"
label = f"{label}: {total}"
print(f"{label}, doubled: {double(total)}")
# ANCHOR_END: main
