"""A certified program in another language: the same statements in the same order, under the same names.

The text is read by the grammar that certifies it, so what is translated is what was certified. Lines of constants
become the number that Python makes of them, with their operation in a comment. A name that the language has taken gets
a number behind it. A long program is cut into functions of about 1,000 gates, since compilers take more than twice as
long for twice the function; what one makes and another reads stands in an array `work`, which the caller lends.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from string import Template
from typing import Any

from circuit.errors import InvalidArgument
from compiler.blocks import Block, blocks, constants, truths
from compiler.dialects import DIALECTS, Dialect
from compiler.results import function_of, read_results

FUNCTION = "value_and_gradient"
PRELUDE_NAMES = {"max": "maximum", "min": "minimum"}
COMMENT_WIDTH = 120
_SHOWN = re.compile(r"[\w +\-*/().,:;=<>!']*", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,50}")


def translate(source: str, target: str, name: str | None = None) -> str:
    """Return the text of a program of any kind in another language. name: of the function, if not that of the text.

    Errors: InvalidArgument for a target that there is not, or a name that no function can have there; Rejected for a
    text that is no program.
    """
    function = function_of(source)
    name = function if name is None else name
    return "\n".join(_Translation(source, dialect_of(target, name, function), name).lines()) + "\n"


def dialect_of(target: str, name: str, function: str = FUNCTION) -> Dialect:
    """Return the row of a language for texts of this function, which can have the name. Errors: InvalidArgument."""
    if target not in DIALECTS:
        raise InvalidArgument(f"a program is translated to {', '.join(DIALECTS)}, not to {target!r:.40}")
    dialect = DIALECTS[target] if function == FUNCTION else DIALECTS[target].in_a_row
    if not _PLAIN.fullmatch(name) or dialect.folded(name) in dialect.taken or not dialect.may_be(name):
        raise InvalidArgument(f"no function can be called {name!r:.60} in {dialect.title}")
    return dialect


class _Translation:
    def __init__(self, source: str, dialect: Dialect, name: str) -> None:
        self.dialect = dialect
        self.indent = dialect.number[: -len(dialect.number.lstrip())]
        self.rows = source.split("\n")
        self.digest = hashlib.sha256(source.encode()).hexdigest()
        self.results = read_results(source)
        self.program = self.results.program
        graph = self.program.graph
        self.constants = constants(self.program)
        self.truths = truths(self.program)
        self.names = dialect.names(self.program.names, (name, *self.results.arrays(dialect, name)))
        self.outputs = self.program.returned
        self.read = self._read()
        self.blocks, cells = blocks(self.results, self.constants, dialect.lines)
        numbers = [self.number(each) for each in self.outputs]
        self.words = {
            "name": name,
            "inputs": len(graph.inputs),
            "stored": len(self.results.stored),
            "array": dialect.array,
            "held": self.results.held,
            "listed": ", ".join(self.names[: len(graph.inputs)]),
            "value": numbers[0],
            "gradient": "".join([f"{each}, " for each in numbers[1:]]).rstrip(" "),
            "returned": self.results.layout.returned(numbers),
            "pattern": "".join([f"{line}\n" for line in self.results.pattern(dialect, name)]),
            "size": cells,
        }
        long = len(self.blocks) > 1
        self.words |= {key: Template(text).substitute(self.words) if long else "" for key, text in dialect.work.items()}
        # up to which comments have been written
        self.row = next(place for place, row in enumerate(self.rows) if row.startswith(f"def {function_of(source)}("))

    def lines(self) -> Iterator[str]:
        """Yield the text, some lines at a time."""
        dialect = self.dialect
        yield from (f"{dialect.comment} {line}".rstrip() for line in self._about())
        if dialect.head:
            yield "\n" + self._filled(dialect.head)
        if dialect.result:
            yield from self._prelude()
            yield from self._body()
        else:
            yield self._filled(dialect.open)
        if dialect.foot:
            yield self._filled(dialect.foot)

    def _read(self) -> set[int]:
        """Return the constants that a statement reads."""
        every = zip(self.program.graph.args, range(len(self.truths)), strict=True)
        found = {each for args, node in every if node not in self.constants for each in args if each in self.constants}
        return found | {each for each in self.outputs if each in self.constants}

    def _filled(self, text: str, **more: Any) -> str:
        return Template(text).substitute(self.words, **more).rstrip()

    def _about(self) -> Iterator[str]:
        """Yield what the first comment says."""
        total = sum(1 for node in self.program.gates if node not in self.constants)
        yield f"{self.words['name']}: {self.results.layout.row.title} in {total} gates, in {self.dialect.title}."
        yield "Translated by baur from a Python text, statement by statement. That is the file with the SHA-256"
        yield f"{self.digest}; to check it: baur verify FILE"
        head = self.rows[0][1:].strip() if self.rows[0].startswith("#") else ""
        if head and len(head) <= COMMENT_WIDTH and _SHOWN.fullmatch(head):
            yield head
        yield from (self._filled(line) for line in self.dialect.usage)
        listed = ", ".join(self.program.names[: len(self.program.graph.inputs)])
        if len(listed) <= COMMENT_WIDTH:
            yield f"Inputs, of which {self.results.of_inputs()}: {listed or 'none'}."
        yield from self.results.about(self.dialect, str(self.words["name"]))
        if len(self.blocks) > 1 and self.dialect.work:
            yield f"work: room for {self.words['size']} numbers between the parts."

    def _prelude(self) -> Iterator[str]:
        """Yield the functions that the language lacks, those that are used."""
        prelude = self.dialect.prelude
        used = {PRELUDE_NAMES.get(op, op) for op in self.program.graph.ops} & prelude.keys()
        used |= {each for name in used for each in prelude[name][0]}
        for name in sorted(used):
            yield ("" if prelude[name][1].startswith("\n") else "\n") + prelude[name][1]

    def _body(self) -> Iterator[str]:
        """Yield the functions."""
        dialect, last = self.dialect, self.blocks[-1]
        if len(self.blocks) == 1:
            yield self._filled(dialect.open)
            yield from self._block(last)
            yield from self._stored(last)
        else:
            for place, block in enumerate(self.blocks):
                yield self._filled(dialect.open_part, place=place)
                yield from self._block(block)
                yield from self._stored(block)
                yield self._filled(dialect.close_part)
            yield self._filled(dialect.open)
            for place in range(len(self.blocks)):
                yield self._filled(dialect.call_part, place=place)
            self.words["value"] = self._work(last.value)
        yield self._filled(dialect.result)

    def _block(self, block: Block) -> Iterator[str]:
        """Yield the declarations and lines of a function."""
        used = sorted(node for node in block.used if self.names[node])
        yield from self._declared(
            [*used, *(node for node in block.nodes if node not in self.constants or node in self.read)]
        )
        for node in used:
            if node in self.constants:
                yield self._line(node)
        for node in used:
            if node < len(self.program.graph.inputs):
                if self.dialect.cell:
                    yield self.dialect.number.format(self.names[node], self._cell("point", node))
            elif node in block.given:
                yield self._given(node, self._work(block.given[node]))
        for node in block.nodes:
            yield from self._comments(self.program.lines[node] - 1)
            yield self._line(node)

    def _given(self, node: int, cell: str) -> str:
        if self.truths[node]:
            return self.dialect.truth.format(self.names[node], self.dialect.texts["ne"].format(cell, self.literal(0)))
        return self.dialect.number.format(self.names[node], cell)

    def _stored(self, block: Block) -> Iterator[str]:
        """Yield the lines that hand over what a function made."""
        store = self.dialect.store
        if store:
            for node, cell in block.kept.items():
                yield store.format(self._work(cell), self.number(node))
            for place in block.stored:
                yield store.format(self._cell(self.dialect.array, place), self.number(self.results.stored[place]))

    def _cell(self, array: str, place: int) -> str:
        return self.dialect.cell.format(array, place + self.dialect.first)

    def _work(self, place: int) -> str:
        return (self.dialect.work_cell or self.dialect.cell).format("work", place + self.dialect.first)

    def _declared(self, nodes: Sequence[int]) -> Iterator[str]:
        for template, kind in ((self.dialect.declare_number, 0), (self.dialect.declare_truth, 1)):
            names = [self.names[node] for node in nodes if self.truths[node] == kind] if template else []
            for start in range(0, len(names), 4):
                yield template.format(", ".join(names[start : start + 4]))

    def _comments(self, row: int) -> Iterator[str]:
        """Yield the comments between the last line and this one."""
        for line in self.rows[self.row : row]:
            text = line.strip()
            if text.startswith("#") and _SHOWN.fullmatch(text[1:]):
                yield f"{self.indent}{self.dialect.comment} {text[1:].strip()}"
        self.row = row + 1

    def _line(self, node: int) -> str:
        """Return the line of a gate, with its comment."""
        row = self.rows[self.program.lines[node] - 1]
        statement, _, comment = row.partition("#")
        template = self.dialect.truth if self.truths[node] else self.dialect.number
        if node in self.constants:
            comment = statement.partition("=")[2]
            line = template.format(self.names[node], self._constant(node))
            if node not in self.read:
                return f"{self.indent}{self.dialect.comment} {statement.strip()}"
        else:
            line = template.format(self.names[node], self._operation(node))
        if not comment.strip() or not _SHOWN.fullmatch(comment):
            return line
        return f"{line:34}  {self.dialect.comment} {comment.strip()}"[:COMMENT_WIDTH].rstrip()

    def _operation(self, node: int) -> str:
        graph = self.program.graph
        op, operands = graph.ops[node], graph.args[node]
        if op == "select":
            condition, *rest = operands
            texts = [self.truth(condition), *((self.truth if self.truths[node] else self.number)(e) for e in rest)]
        else:
            texts = [self.number(each) for each in operands]
        return self.dialect.texts[op].format(*texts)

    def _constant(self, node: int) -> str:
        value = self.constants[node]
        return self.dialect.truths[bool(value)] if self.truths[node] else self.literal(value)

    def literal(self, value: float) -> str:
        """Return a number as a double's literal."""
        return self.dialect.literal(repr(float(value)))

    def number(self, node: int) -> str:
        """Return an operand, as a number."""
        if self.truths[node]:
            return f"({self.dialect.texts['select'].format(self.names[node], self.literal(1), self.literal(0))})"
        return self.names[node] or self.literal(self.constants[node])

    def truth(self, node: int) -> str:
        """Return an operand, as a truth."""
        if self.truths[node]:
            return self.names[node]
        if node in self.constants:
            return self.dialect.truths[bool(self.constants[node])]
        return f"({self.dialect.texts['ne'].format(self.names[node], self.literal(0))})"
