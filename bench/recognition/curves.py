#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what recognition-score --curves measured: curves.py FILE.json > FILE.svg

One small picture a noise: accuracy over its strength, recognition and pruning + isomorphism. The
strengths are not evenly spaced, the measured points are. The vertical line is what is asked for."""
import json
import sys

WIDTH, HEIGHT, COLUMNS = 210, 130, 4
LEFT, TOP, GAP_X, GAP_Y = 44, 58, 30, 66
OURS, THEIRS, GREY = "#1f6fb2", "#d1751f", "#777"


def line(points, colour, width=2):
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="{width}"/>{dots}'


def text(x, y, words, size=11, anchor="start", colour="#222", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}">{words}</text>')


def panel(curve, left, top):
    points = curve["points"]
    step = WIDTH / (len(points) - 1)
    parts = [f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>']
    for share in (0, 0.5, 1):
        y = top + HEIGHT * (1 - share)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH}" y2="{y:.1f}" stroke="#e4e4e4"/>')
        parts.append(text(left - 5, y + 4, f"{share * 100:.0f}", 9, "end", GREY))
    for i, point in enumerate(points):
        x = left + i * step
        if point[0] == 1:
            parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + HEIGHT}" '
                         f'stroke="{GREY}" stroke-dasharray="3 3"/>')
        parts.append(text(x, top + HEIGHT + 13, f"{point[0]:g}", 9, "middle", GREY))
    for column, colour in ((2, THEIRS), (1, OURS)):
        parts.append(line([(left + i * step, top + HEIGHT * (1 - p[column]))
                           for i, p in enumerate(points)], colour))
    parts.append(text(left, top - 20, curve["noise"], 12, weight="bold"))
    parts.append(text(left, top - 6, "1 = " + curve["one"], 9, colour=GREY))
    return "\n".join(parts)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        curves = json.load(file)
    rows = (len(curves) + COLUMNS - 1) // COLUMNS
    width = LEFT + COLUMNS * (WIDTH + GAP_X)
    height = TOP + rows * (HEIGHT + GAP_Y) + 10
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
          f'font-family="DejaVu Sans, sans-serif">')
    print(f'<rect width="{width}" height="{height}" fill="white"/>')
    print(f'<circle cx="{LEFT + 4}" cy="14" r="4" fill="{OURS}"/>')
    print(text(LEFT + 14, 18, "recognition"))
    print(f'<circle cx="{LEFT + 114}" cy="14" r="4" fill="{THEIRS}"/>')
    print(text(LEFT + 124, 18, "pruning at its best bmin, then an exact isomorphism test with the true graph"))
    print(text(width - GAP_X, 18, "right answers in %, over the strength of the noise", anchor="end", colour=GREY))
    for i, curve in enumerate(curves):
        print(panel(curve, LEFT + i % COLUMNS * (WIDTH + GAP_X), TOP + 20 + i // COLUMNS * (HEIGHT + GAP_Y)))
    print("</svg>")


main()
