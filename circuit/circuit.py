"""`Circuit`: an immutable DAG of gates as three flat arrays.

Invariant: nodes are numbered in topological order (every operand has a smaller number than its gate), the inputs are
nodes 0..n-1 in the order of `inputs`, and constants are exact (a Fraction, or the name of pi or e).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from circuit import loops
from circuit.jit import run
from circuit.ops import ARITY, CODE, CONSTANT, INPUT, ROWS

if TYPE_CHECKING:
    from pathlib import Path

    import networkx

Constant = Fraction | str
OPERANDS = bytes((1 << arity) - 1 | (loops.THIRD if arity > 2 else 0) for arity in ARITY)  # by kind, one bit each


class Circuit:
    """A straight-line computation: inputs, exact constants, gates, and one or more outputs.

    Node i has kind `op[i]` (0 input, 1 constant, else a row of the table) and operands `lhs[i]`, `rhs[i]` (-1: none);
    a third operand, which only `select` has, stands in `third`. For a constant `lhs[i]` is its place in `constants`.
    Parameters are inputs without a derivative; they come last. The arrays are read-only memory views, which NumPy
    reads without a copy. Make one with `parse` or `trace`, or by `Circuit.load`, `.from_json` or `.from_networkx`.
    """

    op: memoryview
    lhs: memoryview
    rhs: memoryview
    third: Mapping[int, int]
    constants: tuple[Constant, ...]
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[int, ...]

    def __init__(
        self,
        op: bytes,
        lhs: bytes,
        rhs: bytes,
        third: Mapping[int, int],
        constants: Sequence[Constant],
        inputs: Sequence[str],
        parameters: Sequence[str],
        outputs: Sequence[int],
    ) -> None:
        fields = {
            "op": memoryview(op),
            "lhs": memoryview(lhs).cast("i"),
            "rhs": memoryview(rhs).cast("i"),
            "third": dict(third),
            "constants": tuple(constants),
            "inputs": tuple(inputs),
            "parameters": tuple(parameters),
            "outputs": tuple(outputs),
        }
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Circuit cannot be changed: {name} is read-only; make a new one")

    def __len__(self) -> int:
        """Return the number of nodes: inputs, constants and gates."""
        return len(self.op)

    def operands(self, node: int) -> tuple[int, ...]:
        """Return the nodes that `node` reads, slot by slot."""
        arity = ARITY[self.op[node]]
        if arity == 2:
            return self.lhs[node], self.rhs[node]
        if arity == 1:
            return (self.lhs[node],)
        return (self.lhs[node], self.rhs[node], self.third[node]) if arity else ()

    def name_of(self, node: int) -> str:
        """Return `input`, `constant` or the name of the node's row in the table."""
        row = ROWS[self.op[node]]
        return row.name if row else ("input", "constant")[self.op[node]]

    def value_of(self, node: int) -> Constant:
        """Return the exact value of a constant node."""
        return self.constants[self.lhs[node]]

    def nodes(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Yield (node, kind, operands) in topological order."""
        third = self.third
        for node, (code, a, b) in enumerate(zip(self.op.tolist(), self.lhs.tolist(), self.rhs.tolist(), strict=True)):
            arity = ARITY[code]
            if arity == 2:
                yield node, code, (a, b)
            elif arity == 1:
                yield node, code, (a,)
            else:
                yield node, code, (a, b, third[node]) if arity else ()

    @property
    def differentiated(self) -> tuple[str, ...]:
        """The inputs that have a derivative: all but the parameters."""
        return self.inputs[: len(self.inputs) - len(self.parameters)]

    @cached_property
    def varies(self) -> bytes:
        """For each node 1 if it depends on an input, else 0: only what varies is counted."""
        flags = bytearray(b"\1" * len(self.inputs)).ljust(len(self), b"\0")
        self.spread(flags, OPERANDS)
        return bytes(flags)

    def spread(self, flags: bytearray, carried: bytes) -> None:
        """Flag the gates that depend on a flagged node; carried: by kind, as in `OPERANDS`, the operands that count."""
        third = array("i", [self.third[node] for node in sorted(self.third)])
        run(loops.depend, len(self), self.op, self.lhs, self.rhs, third, carried, flags)

    @property
    def gate_count(self) -> int:
        """The number of gates; a gate that depends on no input is a constant and free."""
        return self.varies.count(1) - len(self.inputs)

    @property
    def depth(self) -> int:
        """The number of gates on the longest path from an input to an output."""
        from circuit.measure import depth  # one direction: measure reads circuits

        return depth(self)

    @property
    def graph(self) -> networkx.MultiDiGraph[int]:
        """The circuit as a read-only networkx MultiDiGraph over these very arrays (design: nodes 0..N-1)."""
        from circuit.graph import view  # networkx only where it is asked for

        return view(self)

    def evaluate(self, point: Mapping[str, Any] | None = None, /, *, modulus: int | None = None, **values: Any) -> Any:
        """Evaluate the outputs at a point; see `circuit.evaluate.evaluate`.

        Returns the value of the output, or a tuple of values if there are several outputs.
        """
        from circuit.evaluate import evaluate

        results = evaluate(self, {**(point or {}), **values}, modulus=modulus)
        return results[0] if len(results) == 1 else results

    def to_json(self) -> str:
        """Return the circuit as JSON text (integers and strings only); `from_json` reads it back."""
        from circuit.interchange import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Circuit:
        """Read what `to_json` wrote. Errors: InvalidGraph, naming the node."""
        from circuit.interchange import from_json

        return from_json(text)

    def save(self, path: str | Path) -> None:
        """Write the circuit as `.npz`, nine bytes a node; `load` reads it back."""
        from circuit.npz import save  # numpy only where arrays are written

        save(self, path)

    @staticmethod
    def load(path: str | Path) -> Circuit:
        """Read what `save` wrote. Errors: InvalidGraph for any other file, naming the node."""
        from circuit.npz import load

        return load(path)

    @staticmethod
    def from_networkx(graph: networkx.MultiDiGraph[Any]) -> Circuit:
        """Read a MultiDiGraph with the attributes of `Circuit.graph`. Errors: InvalidGraph, naming the node."""
        from circuit.graph import from_networkx

        return from_networkx(graph)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Circuit) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key()[:3])

    def _key(self) -> tuple[Any, ...]:
        arrays = self.op.tobytes(), self.lhs.tobytes(), self.rhs.tobytes()
        return *arrays, self.third, self.constants, self.inputs, self.parameters, self.outputs

    def __reduce__(self) -> tuple[Any, ...]:
        return Circuit, self._key()

    def _repr_svg_(self) -> str:
        """Return the circuit as a picture, which notebooks show; see `circuit.picture.picture`."""
        from circuit.picture import picture

        return picture(self)

    def _repr_html_(self) -> str:
        """Return the picture and the counts, which notebooks show; see `circuit.notebook`."""
        from circuit.notebook import html

        return html(self)

    def _repr_latex_(self) -> str:
        """Return the formula, or the equations of the gates, in LaTeX; see `circuit.notebook`."""
        from circuit.notebook import latex

        return latex(self)

    def __repr__(self) -> str:
        shown = ", ".join(self.inputs[:6]) + (", ..." if len(self.inputs) > 6 else "")
        return f"<Circuit of {self.gate_count} gates in ({shown})>"


def kind(name: str) -> int | None:
    """Return the code of a node kind by name, or None if there is none."""
    return {"input": INPUT, "constant": CONSTANT}.get(name, CODE.get(name))
