#!/usr/bin/env python3
"""Writes Sources/Tokenization/Text/CompatibilityDecompositions.swift from Python's Unicode data."""
import sys
import unicodedata

entries = []
for code in range(0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    text = chr(code)
    full = unicodedata.normalize("NFKD", text)
    if full != unicodedata.normalize("NFD", text):
        entries.append((code, [ord(c) for c in full]))

# Runs of neighbours that map to neighbours (full-width and mathematical letters) become START+COUNT=TARGET.
groups, index = [], 0
while index < len(entries):
    code, target = entries[index]
    count = 1
    while len(target) == 1 and index + count < len(entries) \
            and entries[index + count] == (code + count, [target[0] + count]):
        count += 1
    name = "%X" % code + ("+%X" % count if count > 1 else "")
    groups.append(name + "=" + " ".join("%X" % c for c in target))
    index += count

lines, line = [], ""
for group in groups:
    if len(line) + len(group) + 1 > 114:
        lines.append(line)
        line = ""
    line += group + ";"
lines.append(line)

with open(sys.argv[1], "w") as out:
    out.write("/// What NFKD does beyond NFD, of Unicode %s: `CODE=TARGET TARGET;`, `FIRST+COUNT=TARGET;` for runs.\n"
              % unicodedata.unidata_version)
    out.write("/// Written by Tests/Fixtures/tokenizers/compatibility_decompositions.py.\n")
    out.write("let compatibilityDecompositions: StaticString = \"\"\"\n")
    out.write("\\\n".join("  " + line for line in lines) + "\n")
    out.write("  \"\"\"\n")
