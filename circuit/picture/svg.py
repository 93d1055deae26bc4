"""The few pieces of SVG that pictures of circuits are made of: text, its width, colours for light and dark, the frame.

No scripts, no fonts or files from elsewhere; a name of a user's is data: escaped, and shortened where it is long. The
colours are safe for the colour-blind, and the two parts of a circuit differ in shape or pattern, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

NAME_LENGTH = 14  # letters of a name that are shown
TITLE = 22.0  # height of a line above a picture
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}  # controls, also those that turn the direction of writing

# scoped by the class of the picture, since a notebook shows several in one document
STYLE = """\
.baur{--back:#fff;--ink:#1f2328;--soft:#59636e;--line:#8c959f;--value:#0072b2;--value-fill:#dcebf7;\
--adjoint:#b34700;--adjoint-fill:#ffe6d1;--plain-fill:#eff1f3}
@media screen and (prefers-color-scheme:dark){.baur{--back:#14171c;--ink:#e6edf3;--soft:#a3adb8;--line:#7d8590;\
--value:#6cc0f5;--value-fill:#123a55;--adjoint:#f5a34c;--adjoint-fill:#522c08;--plain-fill:#2a2f37}}
.baur{background:var(--back)}
.baur text{font:13px ui-sans-serif,system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:var(--ink)}
.baur .back{fill:var(--back)}
.baur .head{font-weight:600;font-size:14px}
.baur .soft{font-size:12px;fill:var(--soft)}
.baur .over{text-decoration:overline}
.baur .mid{text-anchor:middle}
.baur .end{text-anchor:end}
.baur .edge{fill:none;stroke:var(--line);stroke-width:1.3}
.baur .edge.value{stroke:var(--value)}
.baur .edge.adjoint{stroke:var(--adjoint)}
.baur .edge:hover{stroke-width:3}
.baur .box{fill:var(--plain-fill);stroke:var(--line);stroke-width:1.3}
.baur .box.value{fill:var(--value-fill);stroke:var(--value)}
.baur .box.adjoint{fill:var(--adjoint-fill);stroke:var(--adjoint)}
.baur .box.free{fill:var(--back);stroke-dasharray:3 2}
.baur .box.parameter{stroke-dasharray:4 2}
.baur .box.shared{stroke-width:3}
.baur .bar.value{fill:var(--value)}
.baur .bar.adjoint{stroke:var(--adjoint);stroke-width:.6}
.baur .ground.adjoint{fill:var(--adjoint-fill)}
.baur .grid{stroke:var(--line);stroke-width:.5;opacity:.6}
.baur .dot{fill:var(--line)}
.baur .dot.value{fill:var(--value)}
.baur .dot.adjoint{fill:var(--adjoint)}
"""


def visible(text: str) -> str:
    """Return a text with U+FFFD for what XML cannot hold and for what is not seen."""
    kept = _NOT_XML.sub("\ufffd", text)
    return "".join("\ufffd" if unicodedata.category(each) in _INVISIBLE else each for each in kept)


def escape(text: str) -> str:
    """Return a text as XML character data; what XML cannot hold and what is not seen becomes U+FFFD."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """Return a text of at most this many letters, the middle left out."""
    if len(text) <= length:
        return text
    return f"{text[: length // 2]}\u2026{text[len(text) - (length - 1) // 2 :]}"


def width(text: str, size: float = 13.0) -> float:
    """Return about how wide a text is drawn."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" or each == "\ufffd" for each in text)
    marks = sum(unicodedata.combining(each) > 0 for each in text)
    return size * (0.63 * (len(text) - marks - wide) + 1.05 * wide)


def number(value: float) -> str:
    """Return a coordinate to one decimal."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def label(x: float, y: float, text: str, kind: str = "") -> str:
    """Return a text element; `text` is escaped here."""
    return markup(x, y, escape(text), kind)


def markup(x: float, y: float, inner: str, kind: str = "") -> str:
    """Return a text element around what is XML already."""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{number(x)}" y="{number(y)}"{style}>{inner}</text>'


def heading(title: str, caption: str) -> list[str]:
    """Return the lines above a picture, TITLE high each; the title only if there is one."""
    lines = [label(0, 14, title, "head")] if title else []
    return [*lines, label(0, 14 + TITLE * len(lines), caption, "soft")]


def frame(size: tuple[float, float], title: str, description: str, body: Iterable[str], margin: float = 16.0) -> str:
    """Return the whole picture: a background of its own, legible in light and in dark; ASCII throughout."""
    across, down = number(size[0] + 2 * margin), number(size[1] + 2 * margin)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="baur" width="{across}" height="{down}" '
        f'viewBox="0 0 {across} {down}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description)}</desc>",
        f"<style>\n{STYLE}</style>",
        f'<rect class="back" width="{across}" height="{down}"/>',
        f'<g transform="translate({number(margin)} {number(margin)})">',
        *body,
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode() + "\n"
