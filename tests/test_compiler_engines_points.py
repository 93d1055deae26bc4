"""What engines take and give: gufuncs of `(n)->(),(d)`, arrays that are written to, and the short way of a call."""

from __future__ import annotations

import ctypes
import gc
import math
import operator
import shutil
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from circuit.errors import CircuitError, InvalidArgument, InvalidType, ShapeError
from compiler import GradientProgram, compile_gradient
from compiler.engines import ENGINES, choice
from compiler.engines.c import COMPILERS
from tests.test_compiler_engines import bits, workload

HERE = [name for name in ENGINES if name != "c" or any(map(shutil.which, COMPILERS))]
SINGLE = ["numpy", "llvm-quick", "llvm"]
NATIVE = ["interpreter", "llvm-quick", "llvm"]

pytestmark = pytest.mark.skipif(not choice.native(), reason="llvmlite is not installed: the extra `fast`")


@pytest.fixture(scope="module")
def program() -> GradientProgram:
    """Return a program of three inputs, of which two are differentiated."""
    return compile_gradient("a*x*y + x/y", ["x", "y"], ["a"])


def points(*shape: int) -> Any:
    """Return points of a leading shape."""
    return np.linspace(-2, 3, math.prod(shape) * 3).reshape(*shape, 3)


def expected(given: Any) -> tuple[Any, Any]:
    """Return values and gradients by NumPy's own arithmetic."""
    x, y, a = np.moveaxis(np.asarray(given, np.float64), -1, 0)
    with np.errstate(all="ignore"):
        return a * x * y + x / y, np.stack([a * y + 1 / y, a * x - x / y / y], axis=-1)


def same(found: tuple[Any, Any], wanted: tuple[Any, Any], digits: float = 1e-14) -> bool:
    """Say whether results have the same shapes and, nearly, the same numbers."""
    shapes = [np.shape(each) for each in found] == [np.shape(each) for each in wanted]
    return shapes and all(map(np.allclose, found, wanted, [digits] * 2, [digits] * 2))


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (0,), (2, 3), (2, 0, 3), (1, 1, 1, 130)], ids=str)
def test_any_leading_shape(program: GradientProgram, engine: str, shape: tuple[int, ...]) -> None:
    given = points(*shape)
    for call in (program.engine(engine), program.engine(engine).batch, program.batch):
        assert same(call(given), expected(given))
        out = np.full(shape, 7.0), np.full((*shape, 2), 7.0)
        assert all(map(operator.is_, call(given, out=out), out))
        assert same(out, expected(given))


@pytest.mark.parametrize("engine", HERE)
def test_one_point_is_a_float_and_a_fresh_gradient(program: GradientProgram, engine: str) -> None:
    run, point = program.engine(engine), points(4)[2]
    for _ in range(3):
        value, gradient = run(point)
        assert type(value) is float
        assert (gradient.dtype, gradient.shape) == (np.float64, (2,))
        assert same((value, gradient), expected(point))
        gradient[:] = 0


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("engine", SINGLE)
def test_results_have_the_type_of_the_engine(program: GradientProgram, engine: str, dtype: str) -> None:
    run = program.engine(engine, dtype)
    for kind in (np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_, ">f8"):
        given = abs(points(4)).astype(kind) + np.dtype(kind).type(1)
        values, gradients = run(given)
        assert values.dtype == gradients.dtype == dtype
        assert same((values, gradients), expected(given), 1e-5)
    assert run(points(2)[0].astype(dtype))[1].dtype == dtype


def test_a_batch_of_float32(program: GradientProgram) -> None:
    single: tuple[Any, ...] = "float32", np.float32, np.dtype("float32")
    others: tuple[Any, ...] = "float16", np.int64, "complex128", None
    for name in single:
        values, gradients = program.batch(points(5), dtype=name)
        assert values.dtype == gradients.dtype == np.float32
        assert same((values, gradients), expected(points(5)), 1e-5)
    assert program.batch(points(5), dtype=float)[0].dtype == np.float64
    with np.errstate(all="raise"):
        assert program.engine("numpy", "float32").batch([[1e300, 1.0, 1.0]])[0].tolist() == [math.inf]
    for name in others:
        with pytest.raises(InvalidArgument, match="does not compute"):
            program.batch(points(5), dtype=name)


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize("shape", [(), (70,)], ids=str)
def test_inputs_that_are_strided_read_only_swapped_or_lists(
    program: GradientProgram, engine: str, shape: tuple[int, ...]
) -> None:
    run, given = program.engine(engine), points(*shape)
    frozen, wide = given.copy(), np.repeat(given, 2, axis=-1)
    frozen.flags.writeable = False
    odd = np.frombuffer(b"x" + given.tobytes(), np.uint8)[1:].view(np.float64).reshape(given.shape)
    for each in (frozen, wide[..., ::2], given[..., ::-1].copy()[..., ::-1], given.astype(">f8"), given.tolist(), odd):
        assert same(run(each), expected(given))


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize("shape", [(), (70,)], ids=str)
def test_results_in_parts_of_arrays(program: GradientProgram, engine: str, shape: tuple[int, ...]) -> None:
    run, given = program.engine(engine), points(*shape)
    room = np.full((*shape, 3), 7.0)
    out = room[..., 0], room[..., 1:]
    assert all(map(operator.is_, run(given, out), out))
    wanted = expected(given)
    assert same((room[..., 0], room[..., 1:]), wanted)
    wide = np.full((*shape, 5), 7.0)
    run(given, (np.empty(shape), wide[..., 4:0:-2]))
    assert same((wanted[0], wide[..., [4, 2]]), wanted)
    assert (wide[..., [0, 1, 3]] == 7.0).all()
    values, gradients = run(given, (None, room[..., 1:]))
    assert same((values, gradients), wanted)
    assert np.shares_memory(gradients, room)


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize("shape", [(), (200,)], ids=str)
def test_results_where_the_points_were(program: GradientProgram, engine: str, shape: tuple[int, ...]) -> None:
    given = points(*shape)
    wanted = expected(given)
    gradients = given.reshape(-1)[: 2 * math.prod(shape)].reshape(*shape, 2)
    assert same(program.engine(engine)(given, (np.empty(shape), gradients)), wanted)


def frozen(*shape: int) -> Any:
    """Return an array that is read-only."""
    array = np.empty(shape)
    array.flags.writeable = False
    return array


ROOM = np.empty(15)
OUTS = [
    (np.empty((5, 2)), InvalidArgument, "pair"),
    ([np.empty(5), np.empty((5, 2))], InvalidArgument, "pair"),
    ((np.empty(5),), InvalidArgument, "pair"),
    ((np.empty(4), np.empty((5, 2))), ShapeError, "values have the shape"),
    ((np.empty(5), np.empty((5, 3))), ShapeError, "gradients have the shape"),
    ((np.empty(5), np.empty((1, 5, 2))), ShapeError, "gradients have the shape"),
    ((np.empty(5, np.float32), np.empty((5, 2))), InvalidType, "float64, not float32"),
    ((np.empty(5), np.empty((5, 2), int)), InvalidType, "float64, not int64"),
    ((np.empty(5), np.empty((5, 2), complex)), InvalidType, "float64, not complex128"),
    ((np.empty(5), np.empty((5, 2), ">f8")), InvalidType, "float64, not >f8"),
    (([0.0] * 5, np.empty((5, 2))), InvalidType, "not list"),
    ((frozen(5), np.empty((5, 2))), InvalidArgument, "values are read-only"),
    ((np.empty(5), frozen(5, 2)), InvalidArgument, "gradients are read-only"),
    ((ROOM[4:9], ROOM[:10].reshape(5, 2)), InvalidArgument, "share memory"),
]


@pytest.mark.parametrize("engine", HERE)
@pytest.mark.parametrize(("out", "error", "match"), OUTS)
def test_arrays_that_cannot_be_written_to(
    program: GradientProgram, engine: str, out: Any, error: type[CircuitError], match: str
) -> None:
    with pytest.raises(error, match=match):
        program.engine(engine)(points(5), out)
    with pytest.raises(CircuitError):
        program.engine(engine)(points(5)[0], out)


@pytest.mark.parametrize("engine", HERE)
def test_a_masked_array_is_refused(program: GradientProgram, engine: str) -> None:
    masked = np.ma.masked_array(points(5), mask=False)
    masked[1, 1] = np.ma.masked
    with pytest.raises(InvalidType, match="masked"):
        program.engine(engine)(masked)
    with pytest.raises(InvalidType, match="masked"):
        program.batch(masked)


@pytest.mark.parametrize("engine", HERE)
def test_special_numbers_pass(program: GradientProgram, engine: str) -> None:
    given = np.array([[math.nan, 1, 1], [math.inf, 1, 1], [1, 0, 1], [1, -0.0, 1], [0, 0, 0], [1e200, 1e200, 1]])
    values, gradients = program.engine(engine)(given)
    assert np.array_equal(values, [math.nan, math.inf, math.inf, -math.inf, math.nan, math.inf], equal_nan=True)
    assert np.isnan(gradients[0, 1])
    for row, value, gradient in zip(given, values, gradients, strict=True):
        assert bits(*program.engine(engine)(row)) == bits(value, gradient)


@pytest.mark.parametrize("engine", HERE)
def test_a_program_without_inputs_or_derivatives(engine: str) -> None:
    constant = compile_gradient("7").engine(engine)
    assert [each.tolist() for each in map(np.asarray, constant([]))] == [7.0, []]
    assert constant(np.empty((3, 0)))[0].tolist() == [7.0] * 3
    assert constant(np.empty((3, 0)))[1].shape == (3, 0)
    flat = compile_gradient("2*a", [], ["a"]).engine(engine)
    for _ in range(2):
        assert flat(np.array([3.0]))[0] == 6.0
        assert flat(np.array([3.0]))[1].shape == (0,)
    assert flat([[3.0], [4.0]])[0].tolist() == [6.0, 8.0]


# The short way


@pytest.fixture(params=NATIVE)
def kernel(request: Any, program: GradientProgram) -> Any:
    """Return an engine that has run a point, so that calls may go straight into it."""
    run: Any = program.engine(request.param)
    run(points(1)[0])
    return run


def test_contiguous_arrays_go_the_short_way(kernel: Any) -> None:
    point = points(4)[2]
    out = np.empty(()), np.empty(2)
    assert kernel.into(point, out) is out
    assert same(out, expected(point))
    value, gradient = kernel.fresh(point)
    assert bits(value, gradient) == bits(*kernel._point(point)) == bits(*out)
    frozen = point.copy()
    frozen.flags.writeable = False
    assert kernel.fresh(frozen) is not None


def others() -> Iterator[Any]:
    """Yield what is no contiguous array of three float64."""
    yield from (None, 3.0, (), [1.0, 2.0, 3.0], "abc", object(), np.float64(1), np.array(1.0), np.ones(2), np.ones(4))
    yield from (np.ones((1, 3)), np.ones(3, np.float32), np.ones(3, int), np.ones(3, ">f8"), np.ones(3, object))
    yield from (np.ones(6)[::2], np.ones(3)[::-1], np.ma.masked_array(np.ones(3)), np.ones((3, 0)), np.float64)
    yield np.frombuffer(b"x" * 25, np.uint8)[1:].view(np.float64)


OTHERS = list(others())


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_all_else_is_not_known_there(kernel: Any, other: Any) -> None:
    point, gradient = points(1)[0], np.empty(2)
    before = sys.getrefcount(other), sys.getrefcount(None)
    for _ in range(3):
        assert kernel.fresh(other) is None
        assert kernel.into(other, (np.empty(()), gradient)) is None
        assert kernel.into(point, other) is None
        shape = other.shape if type(other) is np.ndarray else None
        assert (kernel.into(point, (other, gradient)) is None) == (shape != ())
        assert (kernel.into(point, (np.empty(()), other)) is None) == (shape != (2,))
    assert abs(sys.getrefcount(other) - before[0]) < 100
    assert kernel.into(point, (np.empty(()), gradient[::-1])) is None
    assert kernel.into(point, (np.empty(()), frozen(2))) is None
    assert kernel.into(point, (frozen(), gradient)) is None
    assert kernel.into(point, (np.empty(()), gradient, gradient)) is None
    assert kernel.into(point, (np.empty(1), gradient)) is None


def test_no_reference_is_lost_or_kept(kernel: Any) -> None:
    point, out = points(1)[0], (np.empty(()), np.empty(2))
    kernel(point)
    counted = [point, out, *out, None, np.ndarray]
    before = [sys.getrefcount(each) for each in counted]
    for _ in range(1000):
        kernel(point)
        kernel(point, out)
        kernel.fresh(None)
    assert all(abs(sys.getrefcount(each) - old) < 50 for each, old in zip(counted, before, strict=True))


def test_an_engine_that_is_gone_leaves_what_it_gave() -> None:
    run = compile_gradient("x*y*3").engine("llvm-quick")
    value, gradient = run(np.array([2.0, 5.0]))
    value, gradient = run(np.array([2.0, 5.0]))
    gone = weakref.ref(run)
    del run
    gc.collect()
    assert gone() is None
    assert (value, gradient.tolist()) == (30.0, [15.0, 6.0])


def test_where_objects_are_laid_out_otherwise_calls_go_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from compiler.engines import entry, kernel

    assert entry.known() == (sys.implementation.name == "cpython")
    monkeypatch.setattr(kernel, "known", lambda: False)
    run: Any = compile_gradient("x*y*5").engine("interpreter")
    for _ in range(2):
        assert run(np.array([2.0, 3.0]))[0] == 30.0
        assert run.fresh(np.array([2.0, 3.0])) is None
    monkeypatch.setattr(entry, "DATA", 24)
    assert not entry.known()


@pytest.mark.parametrize("gates", [100, 10_000])
@pytest.mark.parametrize("engine", NATIVE)
def test_threads_on_the_short_way(engine: str, gates: int) -> None:
    program, point = workload("rosen", gates)  # over 4,000 instructions the GIL is released
    run = program.engine(engine)
    starts = [np.array(point) + step / 8 for step in range(8)]
    wanted = [bits(*run(each)) for each in starts]
    wrong: list[int] = []

    def work(step: int) -> None:
        out = np.empty(()), np.empty(len(point))
        for turn in range(100):
            found = run(starts[step], out) if turn % 2 else run(starts[step])
            if turn % 10 < 2 and bits(*found) != wanted[step]:
                wrong.append(step)

    threads = [threading.Thread(target=work, args=(step,)) for step in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


def test_a_call_without_memory_is_an_error(kernel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from compiler.engines.entry import WORDS, Entry

    def fail() -> None:
        raise MemoryError

    (entry,) = (each for each in kernel.kept if isinstance(each, Entry))
    table = entry.fresh.__self__
    make, old = WORDS.index("make"), int(table[WORDS.index("make")])
    assert ctypes.cast(old, ctypes.py_object).value().shape == (2,)
    table[make] = id(fail)
    try:
        for _ in range(2):
            with pytest.raises(MemoryError):
                kernel(points(1)[0])
    finally:
        table[make] = old
    assert same(kernel(points(1)[0]), expected(points(1)[0]))
