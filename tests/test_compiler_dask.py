"""Dask: points, sums over rows and reports over a cluster of two processes have the bits of one process."""

from __future__ import annotations

import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from circuit.errors import CircuitError, InvalidType, ShapeError
from compiler import GradientProgram, compile_gradient
from compiler.commands.report import command
from compiler.engines import choice
from compiler.report import Entry, Row, cluster, measure_all
from compiler.summation import added, condense, rounded

dask = pytest.importorskip("dask", reason="dask is not installed: the extra `dask`")
pytest.importorskip("distributed", reason="distributed is not installed: the extra `dask`")
da = pytest.importorskip("dask.array", reason="dask.array is not installed: the extra `dask`")

ROOT = Path(__file__).resolve().parent.parent
LOSS = "softplus(-y*(w0 + w1*x + w2*x*x)) + exp(w0/100)*sin(x)"
POINT = [0.25, -1.5, 0.125]
ROWS = np.random.default_rng(7).normal(size=(1000, 2))
POINTS = np.column_stack([np.broadcast_to(POINT, (1000, 3)), ROWS])
FORMULAS = [Entry("s", place, "+".join(f"sin(x{k}*y)/z" for k in range(1 + place % 7))) for place in range(1, 61)]


@pytest.fixture(scope="module")
def program() -> GradientProgram:
    """Return the loss of one row (x, y) of a model of three parameters."""
    return compile_gradient(LOSS, ("w0", "w1", "w2"), ("x", "y"))


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """Return a cluster of two processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as found:
        yield found


@pytest.fixture
def client(workers: Any) -> Iterator[Any]:
    from distributed import Client

    with Client(workers) as found:
        found.wait_for_workers(2, timeout=60)
        yield found


def kill_one(workers: Any) -> None:
    os.kill(next(iter(workers.workers.values())).pid, signal.SIGKILL)


def bits(*arrays: Any) -> list[bytes]:
    return [np.asarray(each, np.float64).tobytes() for each in arrays]


def slowly(block: Any) -> Any:
    time.sleep(0.2)
    return block


# Points


@pytest.mark.parametrize("chunks", [(1000, 5), (300, 5), (1, 5), (128, 2), ((1, 2, 997), (5,))], ids=str)
def test_a_batch_has_the_bits_of_one_array(program: GradientProgram, chunks: Any) -> None:
    points = da.from_array(POINTS[:64] if chunks == (1, 5) else POINTS, chunks=chunks)
    found = program.batch(points)
    assert all(isinstance(each, da.Array) for each in found)
    assert found[0].chunks == (points.chunks[0],)
    assert found[1].chunks == (points.chunks[0], (3,))
    assert bits(*dask.compute(*found)) == bits(*program.batch(POINTS[: len(points)]))


def test_two_processes_have_the_bits_of_one(program: GradientProgram, client: Any) -> None:
    points = da.from_array(POINTS, chunks=(100, 5))
    assert bits(*client.gather(client.compute(program.batch(points)))) == bits(*program.batch(POINTS))


def test_a_killed_worker_costs_no_block(program: GradientProgram, client: Any, workers: Any) -> None:
    points = da.from_array(POINTS, chunks=(100, 5)).map_blocks(slowly, dtype=np.float64)
    futures = client.compute(program.batch(points))
    time.sleep(0.5)
    kill_one(workers)
    assert bits(*client.gather(futures)) == bits(*program.batch(POINTS))


def test_unknown_chunks_are_taken(program: GradientProgram) -> None:
    points = da.from_array(POINTS, chunks=(300, 2))
    values, gradients = program.batch(points[points[:, 3] > 0])
    assert math.isnan(values.shape[0])
    chosen = POINTS[POINTS[:, 3] > 0]
    engine = program.engine(choice.for_batch(program.source.count("\n"), sys.maxsize))
    assert bits(*dask.compute(values, gradients)) == bits(*engine.batch(chosen))


@pytest.mark.parametrize("kind", ["f4", "i8", "u1", "?"])
def test_points_of_other_numbers(program: GradientProgram, kind: str) -> None:
    points = (POINTS * 3).astype(kind)
    assert bits(*dask.compute(*program.batch(da.from_array(points, chunks=300)))) == bits(*program.batch(points))


def test_nan_inf_and_nothing(program: GradientProgram) -> None:
    points = POINTS.copy()
    points[3, 3], points[500, 0], points[700, 4] = math.nan, math.inf, -math.inf
    found = dask.compute(*program.batch(da.from_array(points, chunks=300)))
    assert bits(*found) == bits(*program.batch(points))
    assert np.isnan(found[0][3])
    empty = dask.compute(*program.batch(da.zeros((0, 5))))
    assert [each.shape for each in empty] == [(0,), (0, 3)]


def test_points_of_more_axes_and_no_derivatives() -> None:
    program = compile_gradient("a*b", (), ("a", "b"))
    values, gradients = program.batch(da.ones((4, 3, 2), chunks=(2, 2, 1)))
    assert (values.shape, gradients.shape) == ((4, 3), (4, 3, 0))
    assert dask.compute(values, gradients)[1].shape == (4, 3, 0)


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        (lambda: da.zeros((3, 4)), ShapeError, r"points have the shape \(N, 5\), not \(3, 4\)"),
        (lambda: da.zeros(5), ShapeError, r"not \(5,\)"),
        (lambda: da.zeros((3, 5), dtype=complex), InvalidType, "not complex128"),
        (lambda: da.from_array(np.full((3, 5), "a")), InvalidType, "not <U1"),
        (lambda: dask.delayed(POINTS), InvalidType, r"not dask\.delayed\.Delayed"),
    ],
)
def test_what_is_no_array_of_points(
    program: GradientProgram, points: Any, error: type[CircuitError], message: str
) -> None:
    with pytest.raises(error, match=message):
        program.batch(points())


def test_no_dask_is_loaded_for_arrays_of_numpy() -> None:
    code = (
        "import sys\nimport numpy as np\nfrom compiler import compile_gradient\n"
        "program = compile_gradient('w*x', ('w',), ('x',))\n"
        "program.batch(np.ones((3, 2))), program.sum([1.0], np.ones((3, 1)))\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_program_travels_as_its_text(program: GradientProgram, client: Any) -> None:
    from compiler.distributed import Loaded

    program.batch(POINTS)
    data = pickle.dumps(Loaded("digest", program, "numpy"))
    assert len(data) < len(program.source) + 1000
    copy = pickle.loads(data).program  # noqa: S301  our own bytes
    assert (copy.source, copy.inputs, copy.parameters) == (program.source, program.inputs, program.parameters)
    traced = compile_gradient(lambda W, x: (W @ x).sum(), shapes=((2, 2), (2,)), wrt=0)
    values, gradients = client.gather(client.compute(traced.batch(da.ones((4, 6), chunks=2))))
    assert (values.tolist(), gradients.tolist()) == ([4.0] * 4, [[1.0] * 4] * 4)


# Sums over rows


def exact(values: Any, gradients: Any) -> list[float]:
    """Return the sums of the columns, rounded once."""
    return [float(sum(map(Fraction, column))) for column in np.column_stack([values, gradients]).T.tolist()]


@pytest.mark.parametrize("chunks", [(1000, 2), (300, 1), (7, 2), ((1, 0, 999), (2,))], ids=str)
def test_a_sum_over_rows_is_the_exact_one_rounded(program: GradientProgram, chunks: Any) -> None:
    value, gradient = program.sum(POINT, ROWS)
    assert [value, *gradient] == exact(*program.batch(POINTS))
    found = program.sum(POINT, da.from_array(ROWS, chunks=chunks))
    assert [each.shape for each in found] == [(), (3,)]
    assert bits(*dask.compute(*found)) == bits(value, gradient)
    assert bits(*program.sum(POINT, ROWS[::-1])) == bits(value, gradient)


def test_a_sum_over_two_processes_and_after_a_killed_worker(
    program: GradientProgram, client: Any, workers: Any
) -> None:
    rows = da.from_array(ROWS, chunks=(50, 2))
    assert bits(*client.gather(client.compute(program.sum(POINT, rows)))) == bits(*program.sum(POINT, ROWS))
    futures = client.compute(program.sum(POINT, rows.map_blocks(slowly, dtype=np.float64)))
    time.sleep(0.7)
    kill_one(workers)
    assert bits(*client.gather(futures)) == bits(*program.sum(POINT, ROWS))


def test_a_sum_is_minimized_over_a_data_set() -> None:
    program = compile_gradient("(a + b*x - y)**2", ("a", "b"), ("x", "y"))
    xs = np.arange(100.0)
    rows = da.from_array(np.column_stack([xs, 3 + xs / 4]), chunks=30)
    value, gradient = dask.compute(*program.sum([3.0, 0.25], rows))
    assert (value, gradient.tolist()) == (0.0, [0.0, 0.0])
    assert dask.compute(*program.sum([4.0, 0.25], rows))[1].tolist() == [200.0, 9900.0]


def test_sums_of_nothing_nan_inf_and_beyond_the_floats() -> None:
    program = compile_gradient("w*x", ("w",), ("x",))
    for columns, expected in [
        ([], (0.0, 0.0)),
        ([1e308, 1e308, -1e308], (1e308, 1e308)),
        ([1e308, 1e308], (math.inf, math.inf)),
        ([1e308, math.inf], (math.inf, math.inf)),
        ([math.inf, -math.inf], (math.nan, math.nan)),
        ([1.0, math.nan], (math.nan, math.nan)),
        ([5e-324, 1.0, -1.0], (5e-324, 5e-324)),
    ]:
        rows = np.array(columns).reshape(-1, 1)
        value, gradient = program.sum([1.0], rows)
        assert bits(value, *gradient) == bits(*expected)
        assert bits(*dask.compute(*program.sum([1.0], da.from_array(rows, chunks=1)))) == bits(value, gradient)


def test_rows_of_other_numbers_and_of_unknown_chunks() -> None:
    program = compile_gradient("w*x*y - x/y", ("w",), ("x", "y"))
    rows = ROWS.astype("f4")
    array = da.from_array(rows, chunks=300)
    assert bits(*dask.compute(*program.sum([2], array))) == bits(*program.sum([2], rows))
    some = dask.compute(*program.sum([2], array[array[:, 0] > 0]))
    assert bits(*some) == bits(*program.sum([2], rows[rows[:, 0] > 0]))


@pytest.mark.parametrize(
    ("point", "rows", "error", "message"),
    [
        (POINT, np.zeros((3, 1)), ShapeError, r"rows have the shape \(N, 2\), not \(3, 1\)"),
        (POINT, np.zeros(2), ShapeError, r"rows have the shape \(N, 2\), not \(2,\)"),
        (POINT, np.zeros((2, 2, 2)), ShapeError, r"rows have the shape \(N, 2\), not \(2, 2, 2\)"),
        (POINT[:2], ROWS, ShapeError, r"a point has the shape \(3,\), not \(2,\)"),
        (POINT, ROWS * 1j, InvalidType, "complex"),
        (["a", "b", "c"], ROWS, InvalidType, "real numbers"),
    ],
)
def test_what_is_no_data_set(
    program: GradientProgram, point: Any, rows: Any, error: type[CircuitError], message: str
) -> None:
    for each in (rows, da.from_array(rows, chunks=1)):
        with pytest.raises(error, match=message):
            program.sum(point, each)


@pytest.mark.parametrize("seed", range(40))
def test_parts_have_the_sums_of_what_they_stand_for(seed: int) -> None:
    random = Random(seed)
    span, rows = random.choice([1, 50, 500, 1022]), random.choice([0, 1, 2, 3, 10, 100])
    numbers = [[math.ldexp(random.uniform(-1, 1), random.randint(-span, span)) for _ in range(rows)] for _ in range(3)]
    for row in numbers:
        row += [-each for each in row[: random.randint(0, rows)]]
        row += [random.choice([0.0, 5e-324, 1.7e308])] * (2 * rows + 1 - len(row))
    cut = random.randint(0, 2 * rows)
    array = np.array(numbers)
    part = added([condense(array[:, cut:]), condense(array[:, :cut])])
    sums = [sum(map(Fraction, row)) for row in numbers]
    assert [sum(map(Fraction, row)) for row in part.tolist()] == sums
    largest = Fraction(sys.float_info.max)
    assert rounded(part).tolist() == [math.inf if each > largest else float(each) for each in sums]


# Reports


def untimed(rows: list[Row]) -> list[Row]:
    return [replace(row, seconds=0.0) for row in rows]


def report(*arguments: str, stdin: str = "x*y\nx/y\n2x\n") -> Result:
    return CliRunner().invoke(command, ["-", *arguments], input=stdin)


def test_a_report_over_a_cluster_is_that_of_one_machine(workers: Any) -> None:
    stdin = "\n".join([each.formula for each in FORMULAS[:9]] + ["2x", "x*1e-400", "9" * 2000])
    over = report("--scheduler", workers.scheduler_address, "--format", "csv", stdin=stdin)
    here = report("--jobs", "1", "--format", "csv", stdin=stdin)
    assert (over.exit_code, over.stdout_bytes) == (here.exit_code, here.stdout_bytes) != (1, b"")


def test_a_killed_worker_costs_no_row(workers: Any) -> None:
    finished: list[None] = []

    def done() -> None:
        finished.append(None)
        if len(finished) == 5:
            kill_one(workers)

    rows = cluster.measure_over(FORMULAS, workers.scheduler_address, done)
    assert len(finished) == len(FORMULAS)
    assert untimed(rows) == untimed(measure_all(FORMULAS, 1))


class Deadly(Entry):
    """An entry that ends the process that measures it, if it is not the one whose id is the entry's source."""

    def __getattribute__(self, name: str) -> Any:
        if name == "problem" and os.getpid() != int(self.source):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getattribute__(name)


def test_a_formula_that_ends_its_workers_costs_itself_alone(workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.scheduler, "allowed_failures", 0)
    mortal = [*FORMULAS[:3], Deadly(str(os.getpid()), 4, "x*y", "deadly"), *FORMULAS[4:8]]
    rows = cluster.measure_over(mortal, workers.scheduler_address)
    assert rows[3].verdict == "refused: lost worker: its processes were ended"
    assert untimed(rows[:3] + rows[4:]) == untimed(measure_all(mortal[:3] + mortal[4:], 1))


@pytest.mark.parametrize("where", ["cluster", "machine"])
def test_an_interrupt_leaves_what_is_done(where: str, request: pytest.FixtureRequest) -> None:
    finished: list[None] = []

    def done() -> None:
        finished.append(None)
        if len(finished) == 5:
            raise KeyboardInterrupt

    if where == "cluster":
        rows = cluster.measure_over(FORMULAS, request.getfixturevalue("workers").scheduler_address, done)
    else:
        rows = measure_all(FORMULAS, 1, done=done)
    assert sum(row.status == "certified" for row in rows) == 5
    assert sum(row.kind == "interrupted" for row in rows) == len(FORMULAS) - 5


def test_no_scheduler_is_an_error_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        result = report("--scheduler", f"tcp://127.0.0.1:{port}")  # one that accepts and never answers
    assert result.exit_code == 2
    assert f"no scheduler answers at tcp://127.0.0.1:{port}: nothing in 0.5 s" in result.stderr
    result = report("--scheduler", f"tcp://127.0.0.1:{port}")  # none
    assert result.exit_code == 2
    assert "no scheduler answers at" in result.stderr


def test_a_scheduler_without_workers_is_an_error_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "CONNECT", 2.0)
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty:
        result = report("--scheduler", empty.scheduler_address)
    assert result.exit_code == 2
    assert "has no workers" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "missing port"),
        (["http://a:1"], "an address such as tcp://HOST:8786"),
        (["tcp://a:1", "--jobs", "2"], "for the processes of this machine"),
        (["tcp://a:1", "--timeout", "2"], "for the processes of this machine"),
    ],
)
def test_bad_usage_of_a_scheduler(arguments: list[str], message: str) -> None:
    result = report("--scheduler", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_without_dask_a_report_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: None)
    result = report("--scheduler", "tcp://a:1")
    assert result.exit_code == 2
    assert "Dask is not installed: the extra `dask`" in result.stderr
