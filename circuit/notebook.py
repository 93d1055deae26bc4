"""What notebooks show of a circuit beside its picture: its formula as LaTeX, its counts as HTML.

A formula of a few gates is written out; a longer one, or one that shares gates and would grow, is a list of equations,
one a gate, of which a long list shows its two ends. So both are short, and soon made, however large the circuit is.
"""

from __future__ import annotations

from collections.abc import Iterator

from circuit.circuit import Circuit
from circuit.fold import nearest
from circuit.latex import Symbol, display, number, straight, symbols
from circuit.ops import CONSTANT, FIRST_GATE, INPUT, ROWS

WRITTEN, LETTERS = 60, 400  # gates and letters up to which a formula is written out
SHOWN, ENDS = 40, 12  # equations up to which all are shown; how many at each end of a longer list
NAMED = 8  # inputs and outputs that are named
SUM, TERM, ATOM = range(3)  # how tightly a piece of a formula holds together
TIGHT = {"add": (SUM, SUM, TERM), "sub": (SUM, SUM, TERM), "mul": (TERM, TERM, TERM), "neg": (SUM, TERM)}
KINDS = 6  # kinds of gates that are counted by name


def latex(circuit: Circuit) -> str:
    """Return the formula of every output, or the equations of the gates, as a display in LaTeX."""
    found = _formulas(circuit) if len(circuit) <= 3 * WRITTEN else None
    if found is not None:
        return display(zip(_heads(circuit), found, strict=True))
    return display(_equations(circuit))


def _heads(circuit: Circuit) -> list[str]:
    """Return how the outputs are called: f(x, y), then its derivatives; or f_0, f_1, ..."""
    from circuit.picture.parts import is_gradient

    drawn = [each.tex for each in symbols(circuit.inputs[:NAMED]).values()]
    more = r", \ldots" * (len(circuit.inputs) > NAMED)
    taken = f"({', '.join(drawn)}{more})"
    if len(circuit.outputs) == 1:
        return [f"f{taken}"]
    if is_gradient(circuit):
        known = symbols(circuit.differentiated).values()
        return [f"f{taken}", *(f"\\partial f / \\partial {each.tex}" for each in known)]
    return [f"f_{{{place}}}{taken}" for place in range(len(circuit.outputs))]


def _formulas(circuit: Circuit) -> list[str] | None:
    """Return each output as one formula, or None if that is long."""
    texts: list[tuple[str, int]] = []
    names = list(symbols(circuit.inputs).values())
    for node, code, operands in circuit.nodes():
        row = ROWS[code]
        if row is None:
            texts.append((names[node].tex, ATOM) if code == INPUT else _constant(circuit, node))
            continue
        parts = [texts[each] for each in operands]
        if row.name == "div":
            piece = f"\\frac{{{parts[0][0]}}}{{{parts[1][0]}}}", TERM
        else:
            tight, *least = TIGHT.get(row.name, (ATOM,) + (SUM,) * len(parts))
            inner = [_within(*part, least=each) for part, each in zip(parts, least, strict=True)]
            registers = [f"u{slot}" for slot in range(len(inner))]
            drawn = dict(zip(registers, map(Symbol, inner), strict=True))
            piece = straight(row.text.format(*registers), drawn), tight
        texts.append(piece)
        if len(piece[0]) > LETTERS:
            return None
    found = [texts[each][0] for each in circuit.outputs]
    return found if sum(map(len, found)) <= 4 * LETTERS else None


def _within(text: str, tight: int, least: int) -> str:
    return text if tight >= least else f"\\left({text}\\right)"


def _constant(circuit: Circuit, node: int) -> tuple[str, int]:
    value = circuit.value_of(node)
    if isinstance(value, str):
        return straight(value, {}), ATOM
    short = value.numerator.bit_length() + value.denominator.bit_length() <= 64
    decimal = repr(nearest(value)).removesuffix(".0")
    plain = value.denominator == 1 or not short
    return number((str(value.numerator) if short else decimal) if plain else str(value)), SUM if value < 0 else ATOM


def _equations(circuit: Circuit) -> Iterator[tuple[str, str]]:
    """Yield the gates as equations, first gate first, then the outputs; of many the two ends."""
    gates = [node for node, code in enumerate(circuit.op.tolist()) if code >= FIRST_GATE]
    place = {node: at for at, node in enumerate(gates)} if len(gates) <= SHOWN else _Place(gates)
    names = symbols(circuit.inputs)
    known = list(names.values())

    def called(node: int) -> Symbol:
        if circuit.op[node] == INPUT:
            return known[node]
        return Symbol(_constant(circuit, node)[0]) if circuit.op[node] == CONSTANT else Symbol("v", str(place[node]))

    for at, node in enumerate(gates):
        if len(gates) > SHOWN and ENDS <= at < len(gates) - ENDS:
            continue
        row = ROWS[circuit.op[node]]
        yield called(node).tex, row.text
