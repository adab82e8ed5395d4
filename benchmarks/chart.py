"""A bar chart as SVG: the product beside its floor."""

from __future__ import annotations

from html import escape

from benchmarks.scenarios import Measured

_WIDTH, _LABEL, _NUMBER, _BAR, _GAP = 860, 220, 115, 14, 14
_COLOURS = {"reconciler": "#2563eb", "order": "#93c5fd", "bare": "#9ca3af"}
_KEYS = {
    "reconciler": (10, "reconciler"),
    "bare": (110, "bare httpx, same requests"),
    "order": (310, "reconciler on a machine that computes in no time"),
}


def chart(rows: list[Measured]) -> str:
    """Time at Graph of every scenario as a multiple of the bare client's, at 50 ms a request without pacing."""
    scale = (_WIDTH - _LABEL - _NUMBER) / max(row.ratio for row in rows)
    block = 3 * _BAR + _GAP
    height = 60 + block * len(rows)
    bars = "".join(_block(row, 50 + block * place, scale) for place, row in enumerate(rows))
    style = "text{font:12px system-ui,sans-serif;fill:#374151}"
    legend = "".join(_key(_COLOURS[name], left, words) for name, (left, words) in _KEYS.items())
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    background = f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    body = f"<style>{style}</style>{background}{legend}{bars}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{body}</svg>\n'


def _block(row: Measured, top: float, scale: float) -> str:
    least = row.slow_least.seconds
    values = {"reconciler": row.slow.seconds, "order": row.order, "bare": least}
    label = f'<text x="10" y="{top + 2 * _BAR}">{row.flows:,} flows: {escape(row.name)}</text>'
    return label + "".join(
        _bar(name, seconds, seconds / least, top + place * _BAR, scale)
        for place, (name, seconds) in enumerate(values.items())
    )


def _bar(name: str, seconds: float, ratio: float, top: float, scale: float) -> str:
    width, height = ratio * scale, _BAR - 2
    rect = f'<rect x="{_LABEL}" y="{top:.0f}" width="{width:.1f}" height="{height}" fill="{_COLOURS[name]}"/>'
    return f'{rect}<text x="{_LABEL + width + 5:.0f}" y="{top + height - 1:.0f}">{ratio:.2f} ({seconds:.2f} s)</text>'


def _key(colour: str, left: int, words: str) -> str:
    box = f'<rect x="{left}" y="12" width="12" height="12" fill="{colour}"/>'
    return f'{box}<text x="{left + 18}" y="23">{words}</text>'
