#!/usr/bin/env python3
"""Writes Sources/Exports/BitmapFont+Table.swift from X11's misc-fixed font 9x18 (public domain).

usage: generate_bitmap_font.py /usr/share/fonts/X11/misc/9x18.pcf.gz > Sources/Exports/BitmapFont+Table.swift
(Debian: package xfonts-base). The format is X11's Portable Compiled Format.
"""
import gzip
import struct
import sys

WIDTH, HEIGHT = 9, 18
RANGES = [(0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2027), (0x2030, 0x203A),
          (0x20AC, 0x20AC), (0x2113, 0x2126), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2308, 0x230B), (0x23CE, 0x23CE),
          (0x2400, 0x2424), (0x25A0, 0x25FF), (0x2600, 0x266F), (0x2713, 0x2718), (0x27E8, 0x27EF), (0xFFFD, 0xFFFD)]
# Signs of our screens that the font lacks.
OWN = {
    0x276F: ["", "", "", ".##", "..##", "...##", "....##", ".....##", "......##", ".....##", "....##", "...##", "..##",
             ".##"],
    0x26A0: ["", "", "....#", "...#.#", "...#.#", "..#...#", "..#.#.#", ".#..#..#", ".#..#..#", "#.......#",
             "#...#...#", "#########"],
    0x23F8: ["", "", "", "", ".##.##", ".##.##", ".##.##", ".##.##", ".##.##", ".##.##", ".##.##", ".##.##", ".##.##"],
}


def load(path):
    """Glyphs by code: rows of pixels as integers, the leftmost pixel highest."""
    data = gzip.open(path).read()
    tables = {}
    for index in range(struct.unpack("<I", data[4:8])[0]):
        kind, _, _, offset = struct.unpack("<IIII", data[8 + 16 * index:24 + 16 * index])
        tables[kind] = offset

    def start(kind):
        offset = tables[kind]
        form = struct.unpack("<I", data[offset:offset + 4])[0]
        return offset, form, ">" if form & 4 else "<"

    offset, form, order = start(4)  # metrics, compressed
    count = struct.unpack(order + "H", data[offset + 4:offset + 6])[0]
    metrics = [[byte - 0x80 for byte in data[offset + 6 + 5 * i:offset + 11 + 5 * i]] for i in range(count)]
    offset, form, order = start(8)  # bitmaps
    count = struct.unpack(order + "I", data[offset + 4:offset + 8])[0]
    places = struct.unpack(f"{order}{count}I", data[offset + 8:offset + 8 + 4 * count])
    bitmaps, padding, most_significant_first = offset + 8 + 4 * count + 16, 1 << (form & 3), form & 8
    offset, form, order = start(2)  # accelerators: the font's ascent
    ascent = struct.unpack(order + "i", data[offset + 12:offset + 16])[0]
    offset, form, order = start(32)  # encodings
    first, last, first_row, last_row, _ = struct.unpack(order + "5H", data[offset + 4:offset + 14])
    glyphs = {}
    for row in range(first_row, last_row + 1):
        for column in range(first, last + 1):
            cell = offset + 14 + 2 * ((row - first_row) * (last - first + 1) + column - first)
            glyph = struct.unpack(order + "H", data[cell:cell + 2])[0]
            if glyph == 0xFFFF:
                continue
            left, right, _, up, down = metrics[glyph]
            stride = ((right - left + 7) // 8 + padding - 1) // padding * padding
            rows = [0] * HEIGHT
            for y in range(up + down):
                line = data[bitmaps + places[glyph] + y * stride:]
                for x in range(right - left):
                    bit = 7 - x % 8 if most_significant_first else x % 8
                    if line[x // 8] >> bit & 1 and 0 <= left + x < WIDTH:
                        rows[ascent - up + y] |= 1 << (WIDTH - 1 - left - x)
            glyphs[row * 256 + column] = rows
    return glyphs


def packed(rows):
    bits = 0
    for row in rows:
        bits = bits << WIDTH | row
    count = WIDTH * HEIGHT // 6
    return "".join(chr(48 + (bits >> 6 * (count - 1 - i) & 63)) for i in range(count))


glyphs = load(sys.argv[1])
for code, picture in OWN.items():
    lines = [line.ljust(WIDTH, ".") for line in picture] + ["." * WIDTH] * (HEIGHT - len(picture))
    glyphs[code] = [int(line.replace("#", "1").replace(".", "0"), 2) for line in lines]
codes = sorted({code for low, high in RANGES for code in range(low, high + 1) if code in glyphs} | set(OWN))
runs = []
for code in codes:
    if runs and runs[-1][-1] == code - 1:
        runs[-1].append(code)
    else:
        runs.append([code])
print("// Written by Tests/Tools/generate_bitmap_font.py from X11's misc-fixed font 9x18, which is in the public domain.")
print("extension BitmapFont {")
print("  /// The stored glyphs, in order of their codes.")
print("  static let table: [Run] = [")
for run in runs:
    text = "".join(packed(glyphs[code]) for code in run)
    print(f"    Run(\n      first: 0x{run[0]:04X},\n      glyphs: #\"\"\"")
    # A backslash with the delimiter's # ends each source line without ending the text.
    for at in range(0, len(text), 108):
        piece = text[at:at + 108]
        print("        " + piece + ("\\#" if at + 108 < len(text) else ""))
    print("        \"\"\"#),")
print("  ]")
print("}")
