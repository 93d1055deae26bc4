"""Circuits as `.npz`: what is saved is loaded again, equal; whatever else a file holds is refused, saying why."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from circuit import Circuit, parse, trace
from circuit.errors import CircuitError, InvalidGraph, ResourceLimit
from circuit.npz import LONGEST
from compiler import compile_gradient
from compiler.cli import main
from tests.mutants import NAMES, random_formula

FORMULA = "select(x > y, x/3, pi*y)**1.5 + max(x, y)/7 - 2*a"
Document = dict[str, Any]
Arrays = dict[str, Any]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    parse(FORMULA, ["x", "y"], ["a"]).save(tmp_path / "circuit.npz")
    return tmp_path / "circuit.npz"


def arrays_of(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def test_a_circuit_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "no ending"
    rng = random.Random(7)
    formulas = [FORMULA, "x", "3*x - 2**200/7", *(random_formula(rng) for _ in range(200))]
    count = 0
    for formula in formulas:
        try:
            circuit = parse(formula, NAMES[:3], NAMES[3:])
        except CircuitError:
            continue
        circuit.save(path)
        assert Circuit.load(path) == circuit, formula
        assert Circuit.load(path).to_json() == circuit.to_json()
        count += 1
    assert count > 150


def test_names_and_several_outputs_come_back(tmp_path: Path) -> None:
    circuit = parse("ä + b", ["ä", "b"])
    circuit = Circuit(
        circuit.op.tobytes(), circuit.lhs.tobytes(), circuit.rhs.tobytes(), {}, (), ("q(t)", "λ"), ("λ",), (2, 0)
    )
    circuit.save(tmp_path / "c.npz")
    assert Circuit.load(tmp_path / "c.npz") == circuit


def test_a_large_circuit_comes_back(tmp_path: Path) -> None:
    circuit = trace(lambda x: sum(x[i] * x[i + 1] + 1 / 3 for i in range(20_000)), (20_001,))
    circuit.save(tmp_path / "c.npz")
    assert Circuit.load(tmp_path / "c.npz") == circuit
    assert (tmp_path / "c.npz").stat().st_size < 9 * len(circuit) + 12 * len(circuit.inputs) + 3_000


def test_the_file_is_numpys_own(saved: Path) -> None:
    arrays = arrays_of(saved)
    circuit = Circuit.load(saved)
    assert arrays["op"].dtype == np.uint8
    assert arrays["lhs"].tolist() == circuit.lhs.tolist()
    assert json.loads(arrays["text"].tobytes())["inputs"] == ["x", "y", "a"]


def test_the_codes_of_the_table_are_not_in_the_file(saved: Path) -> None:
    expected, arrays = Circuit.load(saved), arrays_of(saved)
    document = json.loads(arrays["text"].tobytes())
    turned = document["gates"][::-1]
    place = {2 + old: 2 + turned.index(name) for old, name in enumerate(document["gates"])}
    arrays["op"] = np.array([place.get(code, code) for code in arrays["op"].tolist()], np.uint8)
    rewrite(saved, arrays, document | {"gates": turned})
    assert Circuit.load(saved) == expected


def test_the_command_compiles_a_file(saved: Path) -> None:
    result = CliRunner().invoke(main, ["compile", str(saved)])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == compile_gradient(Circuit.load(saved)).source
    saved.write_bytes(b"PK")
    result = CliRunner().invoke(main, ["compile", str(saved)])
    assert result.exit_code == 2
    assert result.stderr.startswith("baur: ")


def test_a_constant_of_too_many_digits_is_not_saved(tmp_path: Path) -> None:
    circuit = parse("x*3")
    arrays = circuit.op.tobytes(), circuit.lhs.tobytes(), circuit.rhs.tobytes()
    long = Circuit(*arrays, {}, (Fraction(10**5000),), circuit.inputs, (), circuit.outputs)
    with pytest.raises(ResourceLimit, match="digits"):
        long.save(tmp_path / "c.npz")


# What is refused


def rewrite(path: Path, arrays: Arrays, document: Document | bytes | None = None, **options: Any) -> None:
    if document is not None:
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        arrays = arrays | {"text": np.frombuffer(text, np.uint8)}
    with path.open("wb") as file:
        np.savez(file, **arrays)


def changed(name: str, place: int, value: int) -> Callable[[Arrays], Arrays]:
    def change(arrays: Arrays) -> Arrays:
        new = arrays[name].copy()
        new[place] = value
        return arrays | {name: new}

    return change


def without(name: str) -> Callable[[Arrays], Arrays]:
    return lambda arrays: {key: each for key, each in arrays.items() if key != name}


def replaced(name: str, make: Callable[[Any], Any]) -> Callable[[Arrays], Arrays]:
    return lambda arrays: arrays | {name: make(arrays[name])}


GATE = 14  # of the formula's circuit: one that reads two nodes
ARRAYS: list[tuple[str, Callable[[Arrays], Arrays], str]] = [
    ("a forward reference", changed("lhs", GATE, GATE), "node 14 .* first operand"),
    ("a negative operand", changed("lhs", GATE, -1), "node 14 .* first operand"),
    ("an operand beyond the end", changed("lhs", GATE, 2**31 - 1), "node 14 .* first operand"),
    ("an operand too many", changed("rhs", 0, 0), "node 0 has a second operand"),
    ("an input with another's number", changed("lhs", 0, 1), "node 0 is an input with another's number"),
    ("an input among gates", changed("op", GATE, 0), "node 14 is an input among gates"),
    ("a gate among inputs", changed("op", 1, 2), "node 1"),
    ("an unknown kind", changed("op", GATE, 250), "node 14 is of an unknown kind"),
    ("a third operand that comes later", changed("third", 0, 10**6), "third operand"),
    ("a third operand too many", replaced("third", lambda each: np.append(each, each)), "2 third operands of 1"),
    ("an output that is no node", changed("outputs", 0, 10**6), "output"),
    ("no output", replaced("outputs", lambda each: each[:0]), "output"),
    ("operands of fewer nodes", replaced("lhs", lambda each: each[:-1]), "kinds"),
    ("operands of 64 bits", replaced("lhs", lambda each: each.astype(np.int64)), "lhs: not an array"),
    ("operands that are floats", replaced("lhs", lambda each: each.astype(np.float32)), "lhs: not an array"),
    ("bytes the other way round", replaced("lhs", lambda each: each.astype(">i4")), "lhs: not an array"),
    ("two dimensions", replaced("op", lambda each: each[None]), "op: not an array"),
    ("a pickle", replaced("op", lambda each: np.array([{}, 1], object)), "op: not an array"),
    ("no dimension", replaced("outputs", lambda each: each[0]), "outputs: not an array"),
    ("an array missing", without("third"), "its arrays are not"),
    ("an array too many", lambda arrays: arrays | {"more": arrays["op"]}, "its arrays are not"),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in ARRAYS], ids=[row[0] for row in ARRAYS])
def test_wrong_arrays_are_refused(saved: Path, change: Callable[[Arrays], Arrays], message: str) -> None:
    rewrite(saved, change(arrays_of(saved)))
    with pytest.raises(InvalidGraph, match=message) as caught:
        Circuit.load(saved)
    assert str(saved) in str(caught.value)


def test_an_exponent_that_varies_is_refused(tmp_path: Path) -> None:
    parse("(x + y)**1.5").save(tmp_path / "c.npz")
    arrays = arrays_of(tmp_path / "c.npz")
    gate = len(arrays["op"]) - 1
    arrays["rhs"][gate] = 0
    rewrite(tmp_path / "c.npz", arrays)
    with pytest.raises(InvalidGraph, match="exponent"):
        Circuit.load(tmp_path / "c.npz")


DOCUMENTS: list[tuple[str, Any, str]] = [
    ("not JSON", b"{", "not what"),
    ("not UTF-8", b"\xff\xfe", "not what"),
    ("nested beyond measure", b"[" * 100_000, "not what"),
    ("a list", [], "keys"),
    ("a key too many", {"more": 1}, "keys"),
    ("another format", {"format": "png"}, "format"),
    ("another version", {"version": 2}, "version 2"),
    ("a version that is true", {"version": True}, "version True"),
    ("names that are no list", {"inputs": "xya"}, "inputs is not a list"),
    ("names that are no texts", {"inputs": ["x", "y", 3]}, "inputs is not a list of texts"),
    ("an empty name", {"inputs": ["x", "", "a"]}, "not empty"),
    ("a name twice", {"inputs": ["x", "x", "a"]}, "one name"),
    ("fewer names than inputs", {"inputs": ["x", "a"]}, "node 2 is an input among gates"),
    ("more names than inputs", {"inputs": ["x", "y", "z", "a"]}, "node 3"),
    ("more names than nodes", {"inputs": [*(f"x{i}" for i in range(99)), "a"]}, "100 inputs"),
    ("parameters that come first", {"parameters": ["x"]}, "parameters"),
    ("a constant that is a word", {"constants": ["__import__('os')"]}, "constant"),
    ("a constant that divides by zero", {"constants": ["1/0"] * 9}, "constant 0: .* zero"),
    ("a float", {"constants": ["0.5"] * 9}, "constant 0: '0.5'"),
    ("a constant of a million digits", {"constants": ["9" * 1_000_000] * 9}, "constant 0"),
    ("too few constants", {"constants": []}, "constant that is not there"),
    ("a gate that is none", {"gates": ["add", "system"]}, "no gate 'system'"),
    ("too few gates", {"gates": ["add"]}, "unknown kind"),
    ("too many gates", {"gates": ["add"] * 300}, "too many gates"),
]


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_wrong_texts_are_refused(saved: Path, change: Any, message: str) -> None:
    arrays = arrays_of(saved)
    document = json.loads(arrays["text"].tobytes())
    rewrite(saved, arrays, document | change if isinstance(change, dict) else change if change else b"[]")
    with pytest.raises(InvalidGraph, match=message):
        Circuit.load(saved)


def test_every_truncation_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 7):
        saved.write_bytes(whole[:length])
        with pytest.raises(InvalidGraph):
            Circuit.load(saved)


def test_a_flipped_byte_is_refused_or_means_nothing(saved: Path) -> None:
    whole, expected, rng = saved.read_bytes(), Circuit.load(saved), random.Random(3)
    for _ in range(2_000):
        place = rng.randrange(len(whole))
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :])
        try:
            assert Circuit.load(saved) == expected
        except InvalidGraph:
            continue


def test_a_compressed_file_is_refused(saved: Path) -> None:
    arrays = arrays_of(saved)
    with saved.open("wb") as file:
        np.savez_compressed(file, **arrays)
    with pytest.raises(InvalidGraph, match="compressed"):
        Circuit.load(saved)


def test_a_bomb_is_refused_before_it_is_read(saved: Path) -> None:
    names = [f"{name}.npy" for name in arrays_of(saved)]
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(10_000_000))
    with pytest.raises(InvalidGraph, match="compressed"):
        Circuit.load(saved)


def test_claimed_sizes_are_not_believed(saved: Path) -> None:
    arrays = arrays_of(saved)
    for claimed in (10**9, 10**10, 10**30, -1, 0):
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": (claimed,)})
        with zipfile.ZipFile(saved, "w") as archive:
            for name, each in arrays.items():
                if name == "op":
                    archive.writestr("op.npy", buffer.getvalue() + each.tobytes())
                else:
                    with archive.open(f"{name}.npy", "w") as file:
                        np.lib.format.write_array(file, each, allow_pickle=False)
        with pytest.raises(InvalidGraph, match="op: "):
            Circuit.load(saved)


def test_a_size_in_the_directory_is_not_believed(saved: Path) -> None:
    whole = bytearray(saved.read_bytes())
    start = whole.index(b"PK\x01\x02")
    whole[start + 20 : start + 28] = b"\xf0\xff\xff\x7f" * 2
    saved.write_bytes(whole)
    with pytest.raises(InvalidGraph, match="more bytes than there are"):
        Circuit.load(saved)


def test_files_that_are_no_archive_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    with pytest.raises(InvalidGraph, match="No such file"):
        Circuit.load(path)
    with pytest.raises(InvalidGraph, match="directory"):
        Circuit.load(tmp_path)
    for content in (b"", b"x*y", b"PK\x05\x06" + bytes(18), np.random.default_rng(0).bytes(5_000)):
        path.write_bytes(content)
        with pytest.raises(InvalidGraph):
            Circuit.load(path)
    np.save(tmp_path / "c", np.arange(3))
    with pytest.raises(InvalidGraph):
        Circuit.load(tmp_path / "c.npy")
    with path.open("wb") as file:
        file.truncate(LONGEST + 1)
    with pytest.raises(InvalidGraph, match="longer"):
        Circuit.load(path)
