"""A plot as SVG inside a page: in the colours of the page, light or dark, with text as text and names of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from benchmarks.systems.output import draw
from benchmarks.systems.section import Section

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
INK = "#010101"  # drawn so, then said in the words of the page
STYLE: dict[Any, Any] = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor"), "none"),
    "svg.fonttype": "none",
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def figures(section: Section) -> list[str]:
    """Return each plot of a section as an element `svg`; the names inside begin with the section's and the place."""
    import matplotlib

    found = []
    for place, plot in enumerate(section.plots):
        with matplotlib.rc_context({**STYLE, "svg.hashsalt": section.name}):
            figure = draw(replace(section, plots=(plot,)))
            file = io.StringIO()
            figure.savefig(file, format="svg", metadata=NO_METADATA)
        found.append(embedded(file.getvalue(), f"{section.name}-{place}-", plot.title))
    return found


def embedded(text: str, prefix: str, title: str) -> str:
    """Return an SVG document as an element of a page: what it names begins with the prefix, `title` is read aloud."""
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in [each for each in parent if each.tag in (f"{SVG}metadata", f"{SVG}style")]:
            parent.remove(child)  # its style is for all that is on the page
    for each in root.iter():
        each.tag = each.tag.removeprefix(SVG)
        each.attrib = {key.replace(LINK, "href"): _local(key, value, prefix) for key, value in each.attrib.items()}
    _, _, width, height = root.attrib["viewBox"].split()
    kept = {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": title}
    root.attrib = {**kept, "style": "stroke-linejoin: round; stroke-linecap: butt"}
    return ElementTree.tostring(root, encoding="unicode")


def _local(key: str, value: str, prefix: str) -> str:
    """Return an attribute that says its names with the prefix, and the colours in the words of the page."""
    if key == "id":
        return prefix + value
    if key == LINK:
        return value.replace("#", f"#{prefix}", 1)
    return value.replace("url(#", f"url(#{prefix}").replace(INK, "currentColor")
