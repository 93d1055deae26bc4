"""A network trained on digits by programs of ours: loss against gates, gradients beside others', and curvature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log, log10, sqrt
from typing import Any

import click
import numpy as np

from benchmarks.systems.output import System
from benchmarks.systems.section import Cell, Compared, Plot, Points, Section, Table
from benchmarks.systems.training.curvature import (
    EXACT,
    Descent,
    hessian,
    near_the_optimum,
    on_a_quadratic,
    positive_share,
)
from benchmarks.systems.training.methods import Run, methods, reached
from benchmarks.systems.training.network import Network, Objective, digits, gradient_program, product_program
from benchmarks.systems.training.peers import Peer, farthest, ours, peers

KAPPAS = (10.0, 100.0, 1000.0)
LOSSES = (2.0, 1.0, 0.5, 0.2, 0.15)
NEAR_ENOUGH = 1e-12
NOTES = (
    "Gates: all that a method's losses, gradients and products take over its rows, the sums over the rows, the penalty "
    "and the steps themselves. What is noted of the loss in between is not counted.",
    "Eigenvalues are NumPy's: no circuit of a fixed size computes them.",
)


def measure(pixels: str, hidden: int, rows: int, passes: int, steps: int, draws: int) -> Section:
    """Train a network on digits by SGD, Adam and Newton-CG, and look at the curvature of its loss."""
    network, data = Network(int(pixels), hidden), digits(int(pixels))
    train, test = data[:rows], data[rows:]
    start = network.start(0)
    runs = [method(Objective(network, train), start) for method in methods(passes)]
    best, objective = runs[-1].weights, Objective(network, train)
    bends = {"at the start": hessian(objective, start), "at the optimum": hessian(objective, best)}
    quadratics = [each for kappa in KAPPAS for each in on_a_quadratic(kappa, round(2 * kappa))]
    descents = [*quadratics, near_the_optimum(objective, best, bends["at the optimum"], steps)]
    direction = np.random.default_rng(2).standard_normal(len(start))
    found, others = ours(network, start, train, direction), peers(network, start, train, direction)
    shares = {P: positive_share(P, draws) for P in range(1, 6)}
    return Section(
        "training",
        "Training, paid in gates",
        f"A network of {network.weights:,} weights learns digits by compiled gradients. A Hessian-vector product is a "
        "small multiple of the loss, so Newton is affordable; and curvature decides how fast the others go.",
        (
            _programs(network),
            _methods(network, runs, train, test),
            _gates_to_reach(runs),
            _others(found, others),
            _curvature(bends),
            _contractions(descents),
            _positive(shares, draws),
        ),
        (
            *_compared_price(network),
            *_compared_others(found, others),
            *_compared_rates(descents),
            *_compared_shares(shares, draws),
        ),
        (_course(runs), _distances(descents), _positive_plot(shares)),
        (
            *NOTES,
            *(f"{each.name} is not installed: its gradient is not compared." for each in others if not each.version),
        ),
    )


SYSTEM = System(
    "training",
    measure,
    full={"pixels": "64", "hidden": 10, "rows": 1500, "passes": 60, "steps": 60, "draws": 2_000_000},
    small={"pixels": "16", "hidden": 5, "rows": 300, "passes": 40, "steps": 60, "draws": 200_000},
    sizes=(
        click.Option(
            ["--pixels"], type=click.Choice(["4", "16", "64"]), help="Of an image: means of the 64 that there are."
        ),
        click.Option(["--hidden"], type=click.IntRange(min=1), help="Neurons in the hidden layer."),
        click.Option(["--rows"], type=click.IntRange(100, 1700), help="Digits to train on; the others are the test."),
        click.Option(["--passes"], type=click.IntRange(min=1), help="Passes of SGD and Adam over the rows."),
        click.Option(["--steps"], type=click.IntRange(min=1), help="Of gradient descent near the optimum."),
        click.Option(["--draws"], type=click.IntRange(min=1000), help="Of random symmetric matrices, for each P."),
    ),
)


# Tables


def _programs(network: Network) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for what, program in (("gradient", gradient_program(network)), ("and Hessian times d", product_program(network))):
        verdict = program.certificate.verdict
        rows.append((what, network.weights, program.value_gates, program.total_gates, program.ratio, verdict))
    return Table("programs of the loss of a row", ("with", "weights", "L", "T", "T / L", "certificate"), tuple(rows))


def _methods(network: Network, runs: Sequence[Run], train: Any, test: Any) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        spent, loss = run.course[-1]
        right = (_right(network, run, some) for some in (train, test))
        rows.append((run.name, run.steps, round(spent), loss, *right))
    columns = ("method", "steps", "gates", "loss", "right, of the rows learnt", "right, of other rows")
    return Table("what each method has learnt, and for how many gates", columns, tuple(rows))


def _right(network: Network, run: Run, rows: Any) -> float:
    x, y = np.split(rows, [network.pixels], axis=1)
    return float((network.logits(run.weights, x).argmax(axis=1) == y.argmax(axis=1)).mean())


def _gates_to_reach(runs: Sequence[Run]) -> Table:
    rows = tuple((loss, *(reached(run, loss) or "not reached" for run in runs)) for loss in LOSSES)
    return Table("gates until a loss is seen", ("loss", *(run.name for run in runs)), rows)


def _others(found: tuple[Any, Any], others: Sequence[Peer]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for peer in others:
        if peer.version:
            gaps = farthest(found[0], peer.gradient), farthest(found[1], peer.product)
            rows.append((peer.name, peer.version, *gaps))
        else:
            rows.append((peer.name, "not installed", None, None))
    columns = ("library", "version", "gradient, off by", "Hessian times d, off by")
    return Table("the same in float64 by others, largest difference over largest entry", columns, tuple(rows))


def _curvature(bends: dict[str, Any]) -> Table:
    rows = []
    for where, matrix in bends.items():
        values = np.linalg.eigvalsh(matrix)
        least, most = float(values[0]), float(values[-1])
        skew = float(np.abs(matrix - matrix.T).max())
        kappa = most / least if least > 0 else None
        rows.append((where, int((values < 0).sum()), least, most, kappa, skew))
    columns = ("Hessian", "eigenvalues below 0", "least", "largest", "kappa", "largest |H - H'|")
    return Table("the Hessian of the network's loss, from products with unit vectors", columns, tuple(rows))


def _contractions(descents: Sequence[Descent]) -> Table:
    rows = tuple(
        (each.name, each.kappa, len(each.distances) - 1, f"{each.contraction:.6f}", f"{each.rate:.6f}")
        for each in descents
    )
    columns = ("descent", "kappa", "steps", "a step, measured", "(kappa - 1) / (kappa + 1)")
    return Table("gradient descent by 2 / (most + least)", columns, rows)


def _positive(shares: dict[int, float], draws: int) -> Table:
    rows = tuple(
        (P, share, EXACT.get(P), 2.0**-P, -log(share) / P**2 if share else None) for P, share in shares.items()
    )
    columns = ("P", "share", "exactly", "2^-P", f"-ln share / P^2; the limit is {log(3) / 4:.4f}")
    return Table(f"positive definite among {draws:,} random symmetric matrices", columns, rows)


# The documents' figures


def _compared_price(network: Network) -> Iterator[Compared]:
    program = product_program(network)
    P, ratio = network.weights, program.ratio
    ours = f"{ratio:.2f} L at P = {P:,}"
    yield Compared(
        "Hessian times d, with loss and gradient", "a multiple of L, whatever P: at most 14 L", ours, ratio <= 14
    )


def _compared_others(found: tuple[Any, Any], others: Sequence[Peer]) -> Iterator[Compared]:
    for peer in others:
        if peer.version:
            gap = farthest(found[0], peer.gradient)
            why = "" if gap <= NEAR_ENOUGH else "sums of many rows round in another order"
            yield Compared(f"gradient against {peer.name}", "to 1e-12", f"{gap:.1e}", not why, why)


def _compared_rates(descents: Sequence[Descent]) -> Iterator[Compared]:
    for each in descents:
        what = f"{each.name}, kappa = {each.kappa:,.0f}"
        if "worst" in each.name:
            off = abs((1 - each.contraction) / (1 - each.rate) - 1)
            why = "" if off < 0.01 else "so far from the optimum the loss is no quadratic"
            yield Compared(f"a step, {what}", f"{each.rate:.6f}", f"{each.contraction:.6f}", not why, why)
        else:
            ours = f"at most that in {len(each.distances) - 1:,} steps" if each.bounded else "above"
            why = "" if each.bounded else "rounding"
            yield Compared(f"t steps, {what}", "at most ((kappa - 1) / (kappa + 1))^t", ours, each.bounded, why)


def _compared_shares(shares: dict[int, float], draws: int) -> Iterator[Compared]:
    why = "eigenvalues repel each other: the share falls like 3^(-P^2/4), not like 2^-P (Dean & Majumdar 2006)"
    for P, share in shares.items():
        for theory, said in ((2.0**-P, "2^-P"), (EXACT.get(P), "exactly, for P <= 3")):
            if theory is not None:
                agrees = abs(share - theory) < 4 * sqrt(theory * (1 - theory) / draws)
                what, ours = f"positive definite, P = {P}: {said}", f"{share:.4g}"
                yield Compared(what, f"{theory:.4g}", ours, agrees, "" if agrees else why)


# Plots


def _course(runs: Sequence[Run]) -> Plot:
    curves: dict[str, Points] = {run.name: [(spent, loss) for spent, loss in run.course if spent] for run in runs}
    return Plot("loss against gates spent", "gates", "loss", curves)


def _distances(descents: Sequence[Descent]) -> Plot:
    curves: dict[str, Any] = {}
    for each in descents:
        if each.name.startswith("quadratic"):
            points = list(enumerate(each.distances))[:200:4]
            label = f"kappa {each.kappa:.0f}, {each.name.removeprefix('quadratic, ')}"
            curves[label] = [(t, log10(distance)) for t, distance in points if distance > 1e-12]
            curves[f"kappa {each.kappa:.0f} (theory)"] = [(t, t * log10(each.rate)) for t, _ in curves[label]]
    return Plot("gradient descent on quadratics", "steps", "log10 |w_t - w*| / |w_0 - w*|", curves, "linear")


def _positive_plot(shares: dict[int, float]) -> Plot:
    curves: dict[str, Points] = {
        "measured": [(P, log10(share)) for P, share in shares.items() if share],
        "2^-P (theory)": [(P, -P * log10(2)) for P in shares],
        "3^(-P^2/4), for large P (theory)": [(P, -P * P / 4 * log10(3)) for P in shares],
    }
    return Plot("positive definite among random symmetric", "P", "log10 of the share", curves, "linear")
