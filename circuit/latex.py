r"""Straight-line text and names as LaTeX in math mode, of what every LaTeX has and MathJax knows: no package is needed.

A line of a program such as `t1 = v0_bar * sin(x)` becomes `t_{1} = \bar{v}_{0} \cdot \sin(x)`, token by token. A user's
name is data: whatever is no letter of it is escaped, and a letter that fonts of LaTeX lack is told by its number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

NAMED = 60  # letters of a name that are shown
TIMES = r" \cdot "
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\d.]*(?:e[+-]?\d+)?|[<>=!+]=|\S")
_GENERATED = re.compile(r"([a-z])(\d+)")
_PLAIN = re.compile(r"([A-Za-z]+)(?:(\d+)|_(\w+))?", re.ASCII)
_GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Xi Pi Sigma Upsilon Phi Psi Omega".split()
) | {"lambda", "Lambda"}
_LETTER = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")
_ESCAPED = {
    "\\": r"\backslash{}", "^": r"\hat{}", "~": r"{\sim}", " ": r"\ ", "<": "{<}", ">": "{>}", "'": "{'}", "`": "{`}",
    '"': "{''}",
} | {each: f"\\{each}" for each in "_{}$%#&"}  # fmt: skip
_OPERATORS = {"*": TIMES, "/": " / ", "+": " + ", "-": " - ", "=": " = ", ",": ", ", ">": " > ", "<": " < "} | {
    ">=": r" \ge ", "<=": r" \le ", "==": " = ", "+=": r" \mathrel{+}= ", "!=": r" \ne ",
}  # fmt: skip
_COMMANDS = {each: f"\\{each}" for each in "sin cos tan sinh cosh tanh exp".split()} | {
    "maximum": r"\max", "minimum": r"\min", "log": r"\ln", "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan",
}  # fmt: skip
_AROUND = {
    "sqrt": (r"\sqrt{", "}"), "cbrt": (r"\sqrt[3]{", "}"), "abs": (r"\left|", r"\right|"),
    "floor": (r"\lfloor ", r" \rfloor"), "ceil": (r"\lceil ", r" \rceil"),
}  # fmt: skip


class Symbol(NamedTuple):
    """How a name is drawn: its base and what stands below to the right of it."""

    base: str
    below: str = ""

    @property
    def tex(self) -> str:
        """The name."""
        return f"{self.base}_{{{self.below}}}" if self.below else self.base

    @property
    def bar(self) -> str:
        """The adjoint of what has the name."""
        over = "bar" if len(self.base) == 1 or self.base[1:] in _GREEK else "overline"
        return f"\\{over}{{{self.base}}}{f'_{{{self.below}}}' if self.below else ''}"


def symbols(names: Sequence[str], registers: Sequence[str] | None = None) -> dict[str, Symbol]:
    """Return how names are drawn, by the registers they have in a program; two names never look the same."""
    drawn = [_symbol(name) for name in names]
    seen: dict[Symbol, int] = {}
    for each in drawn:
        seen[each] = seen.get(each, 0) + 1
    plain = (each if seen[each] == 1 else Symbol(_spelled(name)) for name, each in zip(names, drawn, strict=True))
    return dict(zip(registers or names, plain, strict=True))


def _symbol(name: str) -> Symbol:
    match = _PLAIN.fullmatch(_latin(name))
    if match is None or len(name) > NAMED:
        return Symbol(_spelled(name))
    base, digits, words = match.groups()
    below = digits or (words if (words or "").isdecimal() else _spelled(words or ""))
    head = f"\\{base}" if base in _GREEK else base if len(base) == 1 else _spelled(base)
    return Symbol(head, below)


def _latin(name: str) -> str:
    """Return a name whose first letter is a Greek one with that letter's name instead, `alpha_1` for one of them."""
    match = _LETTER.fullmatch(unicodedata.name(name[:1], "")) if name else None
    if match is None:
        return name
    word = match[2].lower().replace("lamda", "lambda")
    word = word.capitalize() if match[1] == "CAPITAL" else word
    return f"{word}{name[1:]}" if word in _GREEK and not name[1:2].isalpha() else name


def _spelled(name: str) -> str:
    """Return a name in letters of a word, each that is none escaped."""
    if len(name) > NAMED:
        return f"{_spelled(name[: NAMED // 2])}\\ldots {_spelled(name[-NAMED // 2 :])}"
    return f"\\mathit{{{''.join(_letter(each) for each in name)}}}" if name else ""


def _letter(each: str) -> str:
    if each.isascii() and each.isprintable():
        return _ESCAPED.get(each, each)
    return f"\\langle \\mathrm{{{ord(each):04X}}}\\rangle "


def straight(text: str, names: Mapping[str, Symbol]) -> str:
    """Return text in the grammar of a program's lines as LaTeX; names: how the inputs are drawn."""
    out: list[str] = []
    closing: list[tuple[str, int]] = []  # for every open bracket what closes it, and where a base of a power begins
    tokens = _TOKEN.findall(text)
    for place, token in enumerate(tokens):
        called = tokens[place + 1 : place + 2] == ["("] and token[0].isalpha() and token not in names
        if called:
            before, after = ("", "}") if token == "pow" else _AROUND.get(token, (f"{_function(token)}(", ")"))
            out.append(before)
            closing.append((after, len(out) if token == "pow" else -1))
        elif token == "(":
            if not place or not tokens[place - 1][0].isalpha() or tokens[place - 1] in names:
                out.append("(")
                closing.append((")", -1))
        elif token == ")":
            out.append(closing.pop()[0] if closing else ")")
        elif token == "," and closing and closing[-1][1] >= 0:
            start = closing[-1][1]
            base = "".join(out[start:])
            out[start:] = ["{", base if len(out) - start == 1 else f"({base})", "}^{"]
        elif token == "-" and (not place or tokens[place - 1] in ("(", "=", "+=", ",")):
            out.append("-")
        else:
            out.append(_OPERATORS.get(token) or _operand(token, names))
    return "".join(out)


def _function(name: str) -> str:
    return _COMMANDS.get(name) or f"\\mathrm{{{name}}}"


def _operand(token: str, names: Mapping[str, Symbol]) -> str:
    stem = token.removesuffix("_bar")
    known = names.get(token) or names.get(stem)
    if known is None and (match := _GENERATED.fullmatch(stem)):
        known = Symbol(match[1], match[2])
    if known is not None:
        return known.tex if stem == token or token in names else known.bar
    if not token[0].isalpha():
        drawn = number(token)
        return f"({drawn})" if TIMES in drawn else drawn
    named = {"pi": r"\pi", "e": r"\mathrm{e}"}.get(token)
    return named or (_symbol(stem).tex if stem == token else _symbol(stem).bar)


def number(text: str) -> str:
    """Return a number as Python prints it: an integer, a decimal, a fraction, inf or nan."""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    if "/" in text:
        above, _, below = text.partition("/")
        return f"{sign}\\frac{{{above}}}{{{below}}}"
    digits, exponent, power = text.partition("e")
    if exponent:
        return f"{sign}{'' if digits == '1' else digits + TIMES}10^{{{int(power)}}}"
    return sign + {"inf": r"\infty", "nan": r"\mathrm{NaN}"}.get(text, text)


def display(rows: Iterable[tuple[str, str]]) -> str:
    """Return equations (left, right), one below the other, as a display; one alone stands by itself."""
    lines = [f"{left} & = & {right}" if right else f"{left} & & " for left, right in rows]
    if len(lines) == 1:
        return f"$$\\displaystyle {lines[0].replace(' & ', ' ')}$$"
    body = " \\\\\n".join(
        line.replace("& = & ", "& = & \\displaystyle ") if r"\frac" in line else line for line in lines
    )
    return f"$$\\begin{{array}}{{rcl}}\n{body}\n\\end{{array}}$$"
