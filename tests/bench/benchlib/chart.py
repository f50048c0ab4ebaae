# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Draws the cost table as a bar chart in SVG: cost relative to bare, one panel per machine."""
from html import escape

from .table import COST_LIMIT, EXIT_TICKS, NAMES

LABELS, PANEL, GAP, ROW, TOP, SIDE = 300, 400, 70, 34, 96, 16
BAR = 11
COLOURS = {"cost": "#2a6f97", "agent_cost": "#e09f3e"}
LEGEND = (("cost", "Ringward"), ("agent_cost", "Ringward with agent"))
NICE = (0.05, 0.1, 0.2)
MOST = 0.5  # a longer bar ends at the edge of its panel; its label gives the value
STYLE = "font-family:sans-serif;font-size:12px;fill:#222"


def _text(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def _rect(x, y, width, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{BAR}" fill="{colour}"/>'


def _panel(left, made, titles):
    """One machine: bars of the cost above bare, in per cent."""
    rows = {r.name: r for r in made}
    most = min(max(max(r.cost, r.agent_cost) - 1 for r in made), MOST)
    step = next(n for n in NICE if most / n <= 5)
    scale = PANEL / (step * (int(most / step) + 1))
    bottom = TOP + ROW * len(titles)
    out = []
    for i in range(int(most / step) + 2):
        x = left + i * step * scale
        out.append(f'<path d="M{x:.1f} {TOP - 6}V{bottom}" stroke="#ccc"/>')
        out.append(_text(x, TOP - 12, f"+{i * step:.0%}" if i else "bare", "middle"))
    for number, name in enumerate(titles):
        if name not in rows:
            continue
        for offset, (attribute, _) in enumerate(LEGEND):
            above = getattr(rows[name], attribute) - 1
            y = TOP + number * ROW + 4 + offset * (BAR + 2)
            length = min(max(above, 0) * scale, PANEL)
            out.append(_rect(left, y, length, COLOURS[attribute]))
            label = f"{above:+.1%}".replace("-0.0%", "+0.0%")
            out.append(_text(left + length + 4, y + BAR - 1, label, "start",
                             'style="font-size:10px"'))
    return out


def draw(machines):
    """Returns the SVG. machines: CPU vendor -> rows."""
    titles = {r.name: r.title for made in machines.values() for r in made}
    width = LABELS + len(machines) * (PANEL + GAP) + SIDE
    height = TOP + ROW * len(titles) + SIDE
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" style="{STYLE}">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>',
           _text(SIDE, 24, "Cost of an operation above the bare machine", "start",
                 'style="font-size:16px;font-weight:bold"'),
           _text(SIDE, 42, f"with {EXIT_TICKS:,} ticks for each exit; target without agent: at most "
                 f"{COST_LIMIT - 1:+.1%}, no exits")]
    for i, (attribute, words) in enumerate(LEGEND):
        out.append(_rect(SIDE + i * 110, 56, BAR, COLOURS[attribute]))
        out.append(_text(SIDE + i * 110 + BAR + 5, 66, words))
    for number, title in enumerate(titles.values()):
        y = TOP + number * ROW
        if number % 2 == 0:
            out.append(f'<rect x="0" y="{y}" width="{width}" height="{ROW}" fill="#f5f5f5"/>')
        out.append(_text(LABELS - 10, y + ROW / 2 + 4, title, "end"))
    for i, (cpu, made) in enumerate(machines.items()):
        left = LABELS + i * (PANEL + GAP)
        out.append(_text(left, TOP - 32, NAMES[cpu], "start", 'style="font-weight:bold"'))
        out += _panel(left, made, list(titles))
    return "\n".join(out) + "\n</svg>\n"
