"""What is asked of every piece of HTML and LaTeX that is shown: that it is whole, and that names in it are data."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEX = shutil.which("pdflatex")
needs_tex = pytest.mark.skipif(TEX is None, reason="pdflatex is not installed")
HOSTILE = (
    "<script>alert(1)</script>", "\"'&", "&lt;b&gt;", "</style><b>", "</pre></template></section>",
    "a$b$$", "\\input{x}", "a\\", "a_b_c", "}{", "{", "%", "#1", "~^", "`'", "日本語", "α", "Ω_2", "\u202eabc",
    "x\x00y", "\ud800", "]]>", "a b", "lambda", "x" * 5000, "😀",
)  # fmt: skip
VOID = {"meta", "br", "img", "link", "hr", "input"}
COMMANDS = set(
    r"bar overline mathit mathrm textrm frac sqrt cdot left right displaystyle begin end partial vdots ldots infty "
    r"approx sin cos tan sinh cosh tanh exp ln arcsin arccos arctan max min le ge ne pi lfloor rfloor lceil rceil "
    r"mathrel langle rangle backslash hat sim surd times quad begingroup endgroup renewcommand arraystretch noindent "
    r"par multicolumn nobreak smallskip hline downarrow uparrow Omega alpha lambda".split()
)


class Page(HTMLParser):
    """The tags of a piece of HTML with their attributes, and its text. Errors: AssertionError for an open tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("style", "script"):
            self.text += data

    def count(self) -> Counter[str]:
        """Return how many tags there are of each kind."""
        return Counter(tag for tag, _ in self.tags)

    def having(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of the tags that have one of this name."""
        return [attributes for _, attributes in self.tags if name in attributes]


def assert_harmless(text: str, scripts: int = 0) -> Page:
    """Return a piece of HTML that is whole, loads nothing, has no ids, and runs as many scripts as it is due."""
    page = Page(text)
    count = page.count()
    assert count["script"] == scripts
    assert not count.keys() & {"img", "iframe", "object", "embed", "link", "a", "form", "b1", "input"}
    names = {name for tag, attributes in page.tags for name in attributes if tag != "pattern"}
    assert not [name for name in names if name.startswith("on") or name in ("id", "src", "href", "action")]
    quiet = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|url\((?!#)|@import|@font-face", quiet)
    return page


def assert_latex(text: str) -> None:
    """Check that LaTeX is ASCII, its braces closed, and every command one of those that plain LaTeX has."""
    assert text.isascii()
    assert text.isprintable() or set(text) - set("\n") <= set(map(chr, range(32, 127)))
    commands = re.findall(r"\\([A-Za-z]+)", text)
    assert set(commands) <= COMMANDS, set(commands) - COMMANDS
    bare = re.sub(r"\\[A-Za-z]+|\\.", "", text)
    depth = 0
    for each in bare:
        depth += {"{": 1, "}": -1}.get(each, 0)
        assert depth >= 0
    assert depth == 0
    assert not set(bare) & set('%#~"')
    assert bare.count("$") % 2 == 0
    assert text.count("\\left") - text.count("\\leftarrow") == text.count("\\right")
    assert Counter(re.findall(r"\\begin\{(\w+)", text)) == Counter(re.findall(r"\\end\{(\w+)", text))


def typeset(pieces: Sequence[str], folder: Path) -> str:
    """Have a plain document of these pieces set, and return what TeX says. Errors: AssertionError with its message."""
    assert TEX is not None
    body = "\n\n".join(pieces)
    (folder / "a.tex").write_text(
        f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n", "ascii"
    )
    result = subprocess.run(
        [TEX, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "a.tex"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2000:]
    return result.stdout
