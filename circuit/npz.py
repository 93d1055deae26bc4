"""Circuits as files of NumPy arrays, `.npz`: nine bytes a node, a million read in a blink.

    op.npy       uint8   kind of each node: 0 input, 1 constant, 2 + place of its gate in `gates`
    lhs.npy      int32   first operand; of an input its number, of a constant its place in `constants`
    rhs.npy      int32   second operand, or -1
    third.npy    int32   third operands, in the order of their gates
    outputs.npy  int32
    text.npy     uint8   JSON in UTF-8: format, version, inputs, parameters, constants ("3/4", "pi"), gates

Nothing is compressed and nothing is pickled, so that a file never becomes more than it is long. A reader believes no
number in it: every operand is looked at before a Circuit is made.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from circuit.circuit import Circuit
from circuit.errors import InvalidGraph, ResourceLimit
from circuit.nodelist import check_names, exact
from circuit.ops import ARITY, CODE, CONSTANT, FIRST_GATE, INPUT, OPS

FORMAT, VERSION = "baur circuit", 1
ARRAYS = {"op": "|u1", "lhs": "<i4", "rhs": "<i4", "third": "<i4", "outputs": "<i4", "text": "|u1"}
_KEYS = {"format", "version", "inputs", "parameters", "constants", "gates"}
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(.{3})', 'fortran_order': False, 'shape': \((\d{1,10}),\), \} *\n", re.DOTALL
)
LONGEST, LONGEST_TEXT = 1 << 28, 1 << 26  # bytes of a file, and of the text in it
Ints = np.ndarray[Any, Any]


def save(circuit: Circuit, path: str | Path) -> None:
    """Write a circuit. Errors: ResourceLimit for a constant of more digits than Python prints; OSError."""
    try:
        constants = [str(each) for each in circuit.constants]
    except ValueError:
        raise ResourceLimit("a constant of the circuit has too many digits to be written down") from None
    document = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": circuit.inputs,
        "parameters": circuit.parameters,
        "constants": constants,
        "gates": [*OPS],
    }
    integers = np.dtype("<i4")
    third = [circuit.third[node] for node in sorted(circuit.third)]
    with Path(path).open("wb") as file:  # savez adds its ending to a name
        np.savez(
            file,
            op=np.frombuffer(circuit.op, np.uint8),
            lhs=np.frombuffer(circuit.lhs, np.int32).astype(integers, copy=False),
            rhs=np.frombuffer(circuit.rhs, np.int32).astype(integers, copy=False),
            third=np.array(third, integers),
            outputs=np.array(circuit.outputs, integers),
            text=np.frombuffer(json.dumps(document).encode(), np.uint8),
        )


def load(path: str | Path) -> Circuit:
    """Read what `save` wrote. Errors: InvalidGraph for anything else, naming the node; ResourceLimit."""
    try:
        arrays = _arrays(Path(path))
        document = _document(arrays.pop("text").tobytes())
        return _circuit(document, **arrays)
    except OSError as error:
        reason = error.strerror or str(error)
    except InvalidGraph as error:
        reason = str(error)
    except (zipfile.BadZipFile, ValueError, LookupError, RuntimeError, EOFError, OverflowError, struct.error) as error:
        reason = f"not what `Circuit.save` writes: {error}"
    raise InvalidGraph(f"{path}: {reason}") from None


def _arrays(path: Path) -> dict[str, Ints]:
    """Return the arrays of a file. The file is believed in nothing: an array is as long as its bytes are."""
    length = path.stat().st_size
    if length > LONGEST:
        raise InvalidGraph(f"longer than {LONGEST} bytes")
    with zipfile.ZipFile(path) as archive:
        members = {each.filename: each for each in archive.infolist()}
        if len(archive.infolist()) != len(ARRAYS) or members.keys() != {f"{name}.npy" for name in ARRAYS}:
            raise InvalidGraph(f"its arrays are not {', '.join(ARRAYS)}")
        for name, each in members.items():
            if each.compress_type != zipfile.ZIP_STORED or each.file_size > length or each.compress_size > length:
                raise InvalidGraph(f"{name} is compressed, or claims more bytes than there are")
        return {name: _array(name, archive.read(f"{name}.npy"), kind) for name, kind in ARRAYS.items()}


def _array(name: str, data: bytes, kind: str) -> Ints:
    header = _HEADER.match(data)
    if header is None or header[1].decode("latin-1") != kind:
        raise InvalidGraph(f"{name}: not an array of one dimension and of the kind {kind}")
    found = np.frombuffer(data, kind, offset=header.end())
    if len(found) != int(header[2]):
        raise InvalidGraph(f"{name}: {int(header[2])} entries are claimed, {len(found)} are there")
    return found


def _document(text: bytes) -> dict[str, Any]:
    if len(text) > LONGEST_TEXT:
        raise InvalidGraph(f"text: longer than {LONGEST_TEXT} bytes")
    document = json.loads(text.decode())
    if not isinstance(document, dict) or document.keys() != _KEYS or document["format"] != FORMAT:
        raise InvalidGraph(f"text: its keys are not {', '.join(sorted(_KEYS))}, or its format is not {FORMAT!r}")
    if type(document["version"]) is not int or document["version"] != VERSION:
        raise InvalidGraph(f"version {document['version']!r:.40} is unknown; this is version {VERSION}")
    for key in ("inputs", "parameters", "constants", "gates"):
        if not isinstance(document[key], list) or not all(isinstance(each, str) for each in document[key]):
            raise InvalidGraph(f"text: {key} is not a list of texts")
    unknown = [each for each in document["gates"] if each not in CODE]
    if unknown or len(document["gates"]) > 256 - FIRST_GATE:
        raise InvalidGraph(f"text: there is no gate {unknown[0]!r:.40}" if unknown else "text: too many gates")
    return document


def _circuit(document: dict[str, Any], op: Ints, lhs: Ints, rhs: Ints, third: Ints, outputs: Ints) -> Circuit:
    """Return the circuit of these arrays, each entry of which is looked at."""
    inputs, parameters, gates = document["inputs"], document["parameters"], document["gates"]
    check_names(inputs, parameters)
    if not len(op) == len(lhs) == len(rhs) >= len(inputs):
        raise InvalidGraph(f"{len(op)} kinds, {len(lhs)} and {len(rhs)} operands of {len(inputs)} inputs and gates")
    _refuse(op >= FIRST_GATE + len(gates), "is of an unknown kind")
    kinds = np.array([INPUT, CONSTANT, *(CODE[each] for each in gates)], np.uint8)[op]
    arity = np.array(ARITY, np.int8)[kinds]
    nodes = np.arange(len(op), dtype=np.int32)
    _refuse((kinds == INPUT) != (nodes < len(inputs)), "is an input among gates, or no input before them")
    _refuse((kinds == INPUT) & (lhs != nodes), "is an input with another's number")
    places = (lhs >= 0) & (lhs < len(document["constants"]))
    _refuse((kinds == CONSTANT) & ~places, "is a constant that is not there")
    _refuse((arity > 0) & ((lhs < 0) | (lhs >= nodes)), "has a first operand that is no node before it")
    _refuse((arity > 1) & ((rhs < 0) | (rhs >= nodes)), "has a second operand that is no node before it")
    _refuse((arity < 2) & (rhs != -1), "has a second operand that it does not take")
    owners = np.flatnonzero(arity == 3)
    if len(owners) != len(third):
        raise InvalidGraph(f"{len(third)} third operands of {len(owners)} gates that have one")
    _refuse((third < 0) | (third >= owners), "has a third operand that is no node before it", owners)
    if not len(outputs) or outputs.min() < 0 or outputs.max() >= len(op):
        raise InvalidGraph("an output is no node, or there is none")
    constants = [exact(each, f"constant {place}") for place, each in enumerate(document["constants"])]
    circuit = Circuit(
        kinds.tobytes(),
        lhs.astype(np.int32).tobytes(),
        rhs.astype(np.int32).tobytes(),
        dict(zip(owners.tolist(), third.tolist(), strict=True)),
        constants,
        inputs,
        parameters,
        outputs.tolist(),
    )
    powers = np.flatnonzero(kinds == CODE["pow"])
    if len(powers):
        varies = np.frombuffer(circuit.varies, np.uint8)
        _refuse(varies[rhs[powers]] > 0, "is a pow whose exponent is no constant", powers)
    return circuit


def _refuse(wrong: Ints, what: str, nodes: Ints | None = None) -> None:
    """Raise InvalidGraph for the first node that is wrong. nodes: those that `wrong` is about; default: all."""
    if wrong.any():
        place = int(wrong.argmax())
        raise InvalidGraph(f"node {place if nodes is None else int(nodes[place])} {what}")
