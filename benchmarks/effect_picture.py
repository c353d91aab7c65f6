"""Draw docs/images/effect.svg: alert minutes a day with forecast and band, days left out, ratios on placebo dates.

The moratorium and the Easter truce, on the series that ships with the example. Run: make bench NAME=effect_picture
"""

from __future__ import annotations

import json
from pathlib import Path

from ceasefire.case import Case
from ceasefire.effects import judge
from ceasefire.model.effect import Judged
from ceasefire.model.records import Coverage, Incident, Weight
from ceasefire.model.table import Table
from ceasefire.reporting.effect_drawing import draw
from ceasefire.store import Incidents

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images" / "effect.svg"
RED, DARK, PALE, LINE = "#9c1c1a", "#1b1a18", "#6f6a61", "#d8d1c4"


def main() -> None:
    """Write the picture, and print the numbers in it."""
    case = Case.read(ROOT / "examples" / "energy-2025" / "case.yml")
    nothing = Incidents(Table.empty(Incident), Table.empty(Weight), Table.empty(Coverage))
    judged = [j for j in judge(case, nothing) if j.whole.verdict != "not_assessed"]
    parts, top = [], 0.0
    for j in judged:
        height, part = panel(j)
        parts.append(f'<g transform="translate(0 {top:g})">{part}</g>')
        top += height + 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1060 {top:g}" font-family="sans-serif" font-size="12">'
    )
    OUT.write_text("\n".join([head, '<rect width="100%" height="100%" fill="#fffdf9"/>', *parts, "</svg>"]) + "\n")
    print(f"{OUT.relative_to(ROOT)}: {len(judged)} effects")
    print(json.dumps({"benchmark": "effect_picture", **{j.window: round(j.whole.ratio, 3) for j in judged}}))


def panel(j: Judged) -> tuple[float, str]:
    """Give height and SVG of one effect."""
    d = draw(j.whole, j)
    out = [f'<text x="60" y="18" font-weight="700">{j.title}: {j.unit} a day, counted and foretold</text>']
    out.append('<text x="830" y="18" font-weight="700">Ratio here and on placebo dates</text>')
    out.append(f'<rect x="{d.left_out[0]}" y="30" width="{d.left_out[1]}" height="180" fill="{LINE}" opacity=".6"/>')
    for t in d.ticks_y:
        out.append(f'<path d="M60 {t.at}H690" stroke="{LINE}"/>')
        out.append(f'<text x="54" y="{t.at + 4:g}" text-anchor="end" fill="{PALE}">{t.text}</text>')
    out.append(f'<path d="{d.band}" fill="{RED}" fill-opacity=".15"/>')
    for b in d.bars:
        ink, how = (DARK, 1) if b.phase == "in_force" else (PALE, 0.45)
        at = f'x="{b.x}" y="{b.y}" width="{b.width}" height="{b.height}"'
        out.append(f'<rect {at} fill="{ink}" fill-opacity="{how}"/>')
    out.append(f'<path d="{d.line}" fill="none" stroke="{RED}" stroke-width="1.6"/>')
    out.append(f'<path d="M{d.start} 24V262M{d.one} 26V{d.height - 20:g}" stroke="{DARK}" stroke-dasharray="2 3"/>')
    out += [f'<text x="{t.at}" y="224" text-anchor="middle" fill="{PALE}">{t.text}</text>' for t in d.ticks_x]
    out.append(f'<text x="{d.start - 8:g}" y="250" text-anchor="end" fill="{PALE}">chance that it held</text>')
    for h in d.held:
        at = f'x="{h.x}" y="238" width="{h.width}" height="16"'
        out.append(f'<rect {at} fill="{DARK}" fill-opacity="{h.share}" stroke="{PALE}" stroke-width=".4"/>')
    for p in d.dots:
        ink, wide = (RED, 2.4) if p.real else (PALE, 1.4)
        out.append(f'<text x="820" y="{p.y + 4:g}" text-anchor="end" fill="{ink}">{p.label}</text>')
        out.append(f'<path d="M{p.low} {p.y}H{p.high}" stroke="{ink}" stroke-width="{wide}"/>')
        out.append(f'<circle cx="{p.x}" cy="{p.y}" r="{1.9 * wide:g}" fill="{ink}"/>')
    out += [
        f'<text x="{t.at}" y="{d.height - 6:g}" text-anchor="middle" fill="{PALE}">{t.text}</text>' for t in d.ratios
    ]
    return d.height, "\n".join(out)


if __name__ == "__main__":
    main()
