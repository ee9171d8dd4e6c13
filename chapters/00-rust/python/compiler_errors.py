"""Twin of `compiler-errors`."""

# ANCHOR: main
words = ["begin"]
words.append("end")
first = words[0]
print(f"{first}: {len(words)} words")
# ANCHOR_END: main
