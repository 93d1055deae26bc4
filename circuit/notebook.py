"""What notebooks show of a circuit beside its picture: its formula as LaTeX, its counts as HTML.

A formula of a few gates is written out; a longer one, or one that shares gates and would grow, is a list of equations,
one a gate, of which a long list shows its two ends. So both are short, and soon made, however large the circuit is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import compress

from circuit.circuit import Circuit
from circuit.fold import nearest
from circuit.latex import Symbol, display, number, straight, symbols
from circuit.ops import CONSTANT, FIRST_GATE, INPUT, ROWS, Op
from circuit.picture.svg import escape

WRITTEN, LETTERS = 200, 400  # nodes and letters up to which a formula is written out
SHOWN, ENDS = 40, 12  # equations up to which all are shown; how many at each end of a longer list
NAMED, DRAWN = 8, 1000  # outputs, and inputs of an f, that are listed; inputs whose names are drawn
SUM, TERM, POWER, ATOM = range(4)  # how tightly a piece of a formula holds together
TIGHT = {  # a gate, and what its operands must be
    "add": (SUM, SUM, TERM),
    "sub": (SUM, SUM, TERM),
    "mul": (TERM, TERM, TERM),
    "neg": (SUM, TERM),
    "pow": (POWER, ATOM, SUM),
}
KINDS = 6  # kinds of gates that are counted by name
_IS_GATE = bytes(code >= FIRST_GATE for code in range(256))


def latex(circuit: Circuit) -> str:
    """Return the formula of every output, or the equations of the gates, as a display in LaTeX."""
    found = _formulas(circuit) if len(circuit) <= WRITTEN and len(circuit.outputs) <= NAMED else None
    if found is not None:
        return display(zip(_heads(circuit), found, strict=True))
    return display(equations(circuit))


def _heads(circuit: Circuit) -> list[str]:
    """Return how the first outputs are called: f(x, y), then its derivatives; or f_0, f_1, ..."""
    from circuit.picture.parts import is_gradient

    drawn = [each.tex for each in symbols(circuit.inputs[:NAMED]).values()]
    more = r", \ldots" * (len(circuit.inputs) > NAMED)
    taken = f"({', '.join(drawn)}{more})"
    if len(circuit.outputs) == 1:
        return [f"f{taken}"]
    if is_gradient(circuit):
        return [f"f{taken}", *(f"\\partial f / \\partial {each}" for each in drawn[: len(circuit.differentiated)])]
    return [f"f_{{{place}}}{taken}" for place in range(min(NAMED, len(circuit.outputs)))]


def _formulas(circuit: Circuit) -> list[str] | None:
    """Return each output as one formula, or None if that is long."""
    texts: list[tuple[str, int]] = []
    powers: dict[int, tuple[int, int]] = {}  # a product of equal factors: which, and how many
    names = list(symbols(circuit.inputs).values())
    for node, code, operands in circuit.nodes():
        row = ROWS[code]
        if row is None:
            texts.append((names[node].tex, ATOM) if code == INPUT else _constant(circuit, node))
            continue
        factors = [powers.get(each, (each, 1)) for each in operands]
        if row.name == "mul" and factors[0][0] == factors[1][0]:
            powers[node] = base, count = factors[0][0], factors[0][1] + factors[1][1]
            texts.append((f"{_within(*texts[base], least=ATOM)}^{{{count}}}", POWER))
        else:
            texts.append(_piece(row, [texts[each] for each in operands]))
        if len(texts[-1][0]) > LETTERS:
            return None
    found = [texts[each][0] for each in circuit.outputs]
    return found if sum(map(len, found)) <= 4 * LETTERS else None


def _piece(row: Op, parts: list[tuple[str, int]]) -> tuple[str, int]:
    """Return a gate over the texts of its operands."""
    if row.name == "div":
        return f"\\frac{{{parts[0][0]}}}{{{parts[1][0]}}}", TERM
    tight, *least = TIGHT.get(row.name, (ATOM, *(SUM for _ in parts)))
    inner = [_within(*part, least=each) for part, each in zip(parts, least, strict=True)]
    registers = [f"u{slot}" for slot in range(len(inner))]
    return straight(row.text.format(*registers), dict(zip(registers, map(Symbol, inner), strict=True))), tight


def _within(text: str, tight: int, least: int) -> str:
    return text if tight >= least else f"\\left({text}\\right)"


def _constant(circuit: Circuit, node: int) -> tuple[str, int]:
    value = circuit.value_of(node)
    if isinstance(value, str):
        return straight(value, {}), ATOM
    text = repr(nearest(value)).removesuffix(".0")
    if value.denominator > 1 and len(text) > 9 and value.denominator.bit_length() <= 32:
        text = str(value)
    return number(text), SUM if value < 0 else ATOM


def equations(circuit: Circuit) -> Iterator[tuple[str, str]]:
    """Yield the gates as equations, first gate first, then the outputs; of many the two ends."""
    flags = circuit.op.tobytes().translate(_IS_GATE)
    known = list(symbols(circuit.inputs[:DRAWN]).values())

    def called(node: int) -> Symbol:
        """Return what a node is called: a constant by its value, an input by its name, a gate by its number."""
        if circuit.op[node] == CONSTANT:
            return Symbol(_within(*_constant(circuit, node), least=TERM))
        if circuit.op[node] == INPUT:
            return known[node] if node < DRAWN else Symbol("x", str(node))
        return Symbol("v", str(flags.count(1, 0, node)))

    for node in _ends(list(compress(range(len(flags)), flags))):
        if node < 0:
            yield f"\\vdots\\;\\textrm{{{-node:,} more gates}}", ""
            continue
        row, operands = ROWS[circuit.op[node]], circuit.operands(node)
        assert row is not None
        registers = [f"u{slot}" for slot in range(len(operands))]
        drawn = dict(zip(registers, map(called, operands), strict=True))
        yield called(node).tex, straight(row.text.format(*registers), drawn)
    for head, node in zip(_heads(circuit), circuit.outputs, strict=False):
        yield head, called(node).tex
    if (more := len(circuit.outputs) - NAMED) > 0:
        yield f"\\vdots\\;\\textrm{{{more:,} more outputs}}", ""


def _ends(gates: list[int]) -> list[int]:
    """Return all gates, or those at the two ends and between them, as a negative number, how many are left out."""
    return gates if len(gates) <= SHOWN else [*gates[:ENDS], 2 * ENDS - len(gates), *gates[-ENDS:]]


def html(circuit: Circuit) -> str:
    """Return the picture of a circuit, and below it in a line what it consists of."""
    from circuit.picture import picture

    inputs, parameters = len(circuit.differentiated), len(circuit.parameters)
    told = [_counted(inputs, "input"), *([_counted(parameters, "parameter")] if parameters else [])]
    told += [_counted(circuit.gate_count, "gate"), f"depth {circuit.depth:,}", _counted(len(circuit.outputs), "output")]
    kinds = f" ({', '.join(_kinds(circuit))})" if circuit.gate_count else ""
    return f'<div class="baur-circuit">\n{picture(circuit)}<p>{escape(", ".join(told) + kinds)}</p>\n</div>\n'


def _kinds(circuit: Circuit) -> Iterator[str]:
    """Yield how many gates there are of each kind, the most frequent first."""
    from circuit.picture.shapes import symbol

    kinds = Counter({code: circuit.op.tobytes().count(code) for code in set(circuit.op.tolist()) if code >= FIRST_GATE})
    listed = kinds.most_common()
    yield from (f"{symbol(code)}: {count:,}" for code, count in listed[:KINDS])
    if listed[KINDS:]:
        yield f"others: {sum(count for _, count in listed[KINDS:]):,}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
