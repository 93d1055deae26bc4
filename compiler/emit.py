"""A gradient circuit as straight-line Python: one gate a line, each name assigned once, the grammar verify reads.

The user's names are printed only if every one is a plain identifier that clashes with nothing; otherwise the inputs are
x0, x1, ... and neither a name nor the formula appears anywhere in the text.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from circuit.circuit import Circuit
from circuit.errors import ResourceLimit
from circuit.fold import nearest
from circuit.measure import fan_out
from circuit.ops import ALIASES, CODE, COMPARISONS, CONSTANT, FIRST_GATE, INPUT, LOWERED, NAMED_CONSTANTS, OPS, ROWS
from circuit.prelude import PRELUDE

SHOWN_FORMULA = 200  # characters of a formula shown in the first comment
SHOWN_GATES = 3  # reversed gates named beside a line
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OURS = re.compile(r"[xvtcs][0-9]+|.*_bar|value_and_gradient")
_TAKEN = (
    frozenset(dir(builtins))
    | frozenset(PRELUDE)
    | frozenset(OPS)
    | LOWERED.keys()
    | ALIASES.keys()
    | NAMED_CONSTANTS.keys()
    | {"math"}
)


def emit(
    circuit: Circuit, formula: str | None = None, summary: str = "", reverses: Mapping[int, Sequence[int]] | None = None
) -> str:
    """Return the program text of a circuit with outputs (f, df/dx1, ...).

    formula: shown in the first comment where the names may be shown. summary: the second comment line. reverses: for a
    gate of the gradient the gates that it reverses, told in a comment beside its line.
    Errors: ResourceLimit for a constant that no float can hold.
    """
    return _Emission(circuit, formula, reverses or {}).text(summary)


def with_summary(source: str, summary: str) -> str:
    """Return a program with another comment line after its first."""
    head, rest = source.split("\n", 1)
    return f"{head}\n# {summary}\n{rest}"


def printable(names: Sequence[str]) -> bool:
    """Say whether all these names of a user's may stand in a program."""
    return all(
        _PLAIN.fullmatch(name) and not _OURS.fullmatch(name) and name not in _TAKEN and not keyword.iskeyword(name)
        for name in names
    )


class _Emission:
    def __init__(self, circuit: Circuit, formula: str | None, reverses: Mapping[int, Sequence[int]]) -> None:
        self.circuit = circuit
        self.reverses = reverses
        self.shown = printable(circuit.inputs)
        self.inputs = circuit.inputs if self.shown else tuple(f"x{place}" for place in range(len(circuit.inputs)))
        self.formula = formula if self.shown else None
        self.names: list[str] = [""] * len(circuit)
        self.used: set[str] = set()  # of math and the prelude
        self.value_part = self._slice(circuit.outputs[0])
        self._name_everything()

    def _slice(self, output: int) -> bytearray:
        """Mark what the value depends on."""
        flags = bytearray(len(self.circuit))
        flags[output] = 1
        operands = self.circuit.operands
        for node in range(output, -1, -1):
            if flags[node]:
                for each in operands(node):
                    flags[each] = 1
        return flags

    def _name_everything(self) -> None:
        circuit, names = self.circuit, self.names
        own = self._own_names()
        comparisons = {CODE[name] for name in COMPARISONS}
        v = t = c = s = 0
        for node, (code, is_value, varies) in enumerate(
            zip(circuit.op.tolist(), self.value_part, circuit.varies, strict=True)
        ):
            if code == INPUT:
                names[node] = self.inputs[node]
            elif code == CONSTANT:
                names[node] = self._literal(circuit.value_of(node))
            elif node in own:
                names[node] = own[node]
            elif code in comparisons:
                names[node], s = f"s{s}", s + 1
            elif not varies:
                names[node], c = f"c{c}", c + 1
            elif is_value:
                names[node], v = f"v{v}", v + 1
            else:
                names[node], t = f"t{t}", t + 1

    def _own_names(self) -> dict[int, str]:
        """Return NAME_bar for the gradient's gates that are a derivative."""
        own: dict[int, str] = {}
        for name, node in zip(self.inputs, self.circuit.outputs[1:], strict=False):
            if self.circuit.op[node] >= FIRST_GATE and not self.value_part[node] and self.circuit.varies[node]:
                own.setdefault(node, f"{name}_bar")
        return own

    def _literal(self, value: Fraction | str) -> str:
        if isinstance(value, str):
            self.used.add(value)
            return value
        text = decimal(value)
        if text is None and value.denominator >= 2**1024:
            raise ResourceLimit("a constant is no short decimal, and its denominator is larger than any float")
        return text if text is not None else f"{value.numerator} / {value.denominator}"

    def text(self, summary: str) -> str:
        """Return the whole program."""
        constants, value, rest = self._lines()
        head = f"# f({', '.join(self.inputs)})" if len(self.inputs) <= 40 else f"# f of {len(self.inputs)} inputs"
        if self.formula and len(self.formula) <= SHOWN_FORMULA:
            head += f" = {self.formula}"
        imports, prelude = self._imports()
        lines = [head, *([f"# {summary}"] if summary else []), "", *imports, *prelude]
        lines += [f"def value_and_gradient({', '.join(self.inputs)}):"]
        for title, part in (("constants: free", constants), ("value", value), ("gradient", rest)):
            if part:
                count = "" if part is constants else f": {len(part)} gate{'s' * (len(part) != 1)}"
                order = ", last gate first" if part is rest and len(part) > 1 else ""
                lines += [f"    # {title}{count}{order}", *part]
        results = [self.names[node] for node in self.circuit.outputs]
        comma = "," if len(results) == 2 else ""
        lines.append(f"    return {results[0]}, ({', '.join(results[1:])}{comma})")
        return "\n".join(lines) + "\n"

    def _lines(self) -> tuple[list[str], list[str], list[str]]:
        circuit, names = self.circuit, self.names
        constants: list[str] = []
        self._name_fractions(constants)
        value: list[str] = []
        rest: list[tuple[int, str]] = []
        texts = [row.text.format if row is not None else str for row in ROWS]
        for node, code, operands in circuit.nodes():
            if code < FIRST_GATE:
                continue
            line = f"    {names[node]} = {texts[code](*[names[each] for each in operands])}"
            if not circuit.varies[node]:
                constants.append(line)
            elif self.value_part[node]:
                value.append(line)
            else:
                rest.append((node, line))
        kinds = set(circuit.op.tolist())
        self.used.update(row.function or "" for code, row in enumerate(ROWS) if row is not None and code in kinds)
        return constants, value, self._commented(rest)

    def _commented(self, lines: list[tuple[int, str]]) -> list[str]:
        """Tell beside each line of the gradient which operations it reverses."""
        width = max(24, *(min(len(line), 44) for _, line in lines)) if self.reverses and lines else 0
        result = []
        for node, line in lines:
            told = self.reverses.get(node, ())
            names = [self._operation(each).replace(" ", "") for each in told[:SHOWN_GATES]]
            more = ", ..." if len(told) > SHOWN_GATES else ""
            result.append(f"{line:{width}}  # {', '.join(names)}{more}" if told else line)
        return result

    def _operation(self, node: int) -> str:
        row = ROWS[self.circuit.op[node]]
        assert row is not None
        return row.text.format(*(self.names[each] for each in self.circuit.operands(node)))

    def _name_fractions(self, constants: list[str]) -> None:
        """Give a line to each constant that is no short decimal: `c0 = 1 / 3`."""
        kinds = self.circuit.op.tolist()
        taken = sum(code >= FIRST_GATE and not flag for code, flag in zip(kinds, self.circuit.varies, strict=True))
        read = fan_out(self.circuit)
        for node, code in enumerate(kinds):
            if code == CONSTANT and " / " in self.names[node] and read[node]:
                name = f"c{taken}"
                constants.append(f"    {name} = {self.names[node]}")
                self.names[node] = name
                taken += 1

    def _imports(self) -> tuple[list[str], list[str]]:
        prelude = [name for name in PRELUDE if name in self.used]
        needed = {each for name in prelude for each in PRELUDE[name][0]}
        needed |= {name for name in self.used if name and name not in PRELUDE and name != "abs"}
        imports = [f"from math import {', '.join(sorted(needed))}", ""] if needed else []
        return imports, [line for name in prelude for line in (*PRELUDE[name][1].rstrip("\n").split("\n"), "")]


def decimal(value: Fraction) -> str | None:
    """Return the shortest integer or decimal that is exactly this number, or None if it has no short one.

    Errors: ResourceLimit beyond the largest float.
    """
    if abs(value) >= 2**1024:
        raise ResourceLimit("a constant is larger than any float")
    if value.denominator == 1:
        text = str(value.numerator)
        if len(text) <= 21:
            return text
        digits = text.rstrip("0")
        return f"{digits}e{len(text) - len(digits)}" if len(digits) <= 21 else text
    places, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1 or places > 4000:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    if len(digits) > 25:
        return None
    sign = "-" if value < 0 else ""
    if places <= len(digits) + 4:
        padded = digits.rjust(places + 1, "0")
        return f"{sign}{padded[:-places]}.{padded[-places:]}"
    point = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}e-{places - len(digits) + 1}"


def underflows(value: Fraction | str) -> bool:
    """Say whether a constant that is not 0 becomes 0 as a float."""
    return isinstance(value, Fraction) and value != 0 and nearest(value) == 0.0
