"""Backprop is the theorem: networks, the textbook's recursion written by hand beside the compiled gradient.

One example, its input and target given as parameters; the gradient is by all weights and biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

import click

from benchmarks.systems.mlp import transfers as mlp_transfers
from benchmarks.systems.mlp.backprop import backprop
from benchmarks.systems.mlp.claims import Compiled, Findings, compare
from benchmarks.systems.mlp.exact import equal_digits, equal_exactly
from benchmarks.systems.mlp.networks import HEADS, TRANSFERS, Network
from benchmarks.systems.mlp.transfers import yes
from benchmarks.systems.output import System
from benchmarks.systems.pricing import Priced, certified, counted, of_program, of_text
from benchmarks.systems.section import Cell, Plot, Section, Table
from circuit import trace
from compiler import compile_gradient
from compiler.emit import emit
from verify import certify

IN, OUT = 3, 2  # signals of the networks that grow
WIDTH = 6  # of those that grow deep
TRIALS = 3  # points at which two circuits are held against each other
CERTIFIED_TO = 1000  # weights up to which a network that grows is certified
RANDOM_GATES = 25


def measure(layers: Sequence[int], depths: Sequence[int], widths: Sequence[int], samples: int, seed: int) -> Section:
    """Compile networks beside the textbook's backprop, and count what every transfer function's derivative costs."""
    random = Random(seed)
    kinds = product(TRANSFERS, HEADS, (True, False))
    deep = [Network((IN, *[WIDTH] * depth, OUT), name, HEADS[2]) for name in TRANSFERS for depth in depths]
    wide = [Network((width, width, width, OUT), "tanh", HEADS[2]) for width in widths]
    found = Findings(
        [_compiled(Network(tuple(layers), *kind), random) for kind in kinds],
        [(network, _grown(network)) for network in deep],
        [(network, _grown(network)) for network in wide],
        mlp_transfers.rows(),
        mlp_transfers.random_prices(random, samples, RANDOM_GATES),
    )
    return Section(
        name="mlp",
        title="Backprop",
        claim="Backprop is the theorem applied to a network: the textbook's recursion, derived by hand, and the"
        " compiled gradient are the same numbers for the same gates, at most five times those of the network.",
        tables=(_networks(found), _sizes(found), mlp_transfers.table(found.rows)),
        compared=compare(found),
        plots=_plots(found),
        notes=(
            "L holds the sums, a gate for each signal of a transfer function, and the loss: 3k gates of half the"
            " squared error of k outputs, k more if they are sigmoids, 4k of softmax with cross-entropy.",
            f"Equal exactly: all outputs at {TRIALS} random points modulo 2^127 - 1, e^a a random residue for each a,"
            " and tanh, sigmoid, cosh the quotients of it that they are. To 50 digits: by mpmath's own functions.",
            "The textbook's program is held against the verifier as well, which knows that 1 - z^2 is 1 / cosh^2 if z"
            " is a tanh; in floats 1 - z^2 loses all digits where z is near 1, so the compiled program has 1 / cosh^2.",
            "Each weight costs 2 gates forward and 3 back, but 1 in the first layer, whose input has no derivative: for"
            " one example T / L comes near 2.5 as layers are added.",
        ),
    )


def _compiled(network: Network, random: Random) -> Compiled:
    """Compile a network by both efforts and by hand, and hold the three against each other."""
    by_hand = backprop(network)
    shapes, wrt = network.shapes, list(network.trained)
    source = emit(by_hand)
    programs = [compile_gradient(network.loss, shapes=shapes, wrt=wrt, effort=effort) for effort in ("plain", "fewest")]
    circuits = [program.circuit for program in programs]
    plain, few = (of_program(program) for program in programs)
    return Compiled(
        network,
        of_text(source),
        certify(source, network.loss, shapes=shapes, wrt=wrt).accepted,
        plain,
        few,
        all(equal_exactly(each, by_hand, random) for each in circuits for _ in range(TRIALS)),
        all(equal_digits(each, by_hand, random) for each in circuits for _ in range(TRIALS)),
    )


def _grown(network: Network) -> Priced:
    shapes, wrt = network.shapes, list(network.trained)
    if network.weights <= CERTIFIED_TO:
        return certified(network.loss, "plain", shapes=shapes, wrt=wrt)
    return counted(trace(network.loss, *shapes, wrt=wrt))


def _networks(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in found.compiled:
        network, plain = each.network, each.plain
        kind = network.transfer, network.head, yes(network.biased), network.weights
        forward = plain.value_gates, each.products, each.affine - each.products
        gates = each.by_hand.total_gates, plain.total_gates, each.few.total_gates, round(plain.ratio, 3)
        agree = map(yes, (each.equal_exactly, each.equal_digits, each.by_hand_accepted))
        rows.append((*kind, *forward, *gates, plain.price.bound, 5 * plain.value_gates, *agree, plain.proved))
    sizes = "-".join(map(str, found.compiled[0].network.sizes))
    kinds = ("h", "output and loss", "biases", "weights w", "L", "* of sums", "+ of sums")
    counts = ("T textbook", "T plain", "T fewest", "T / L", "bound (*)", "5L")
    columns = (*kinds, *counts, "equal exactly", "50 digits", "textbook accepted", "plain")
    return Table(f"Networks {sizes}: the textbook's backprop beside the compiled gradient", columns, tuple(rows))


def _sizes(found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for network, each in (*found.deep, *found.wide):
        sizes, limit = "-".join(map(str, network.sizes)), 5 * each.value_gates
        gates = network.weights, each.value_gates, each.total_gates, round(each.ratio, 3)
        rows.append((network.transfer, sizes, *gates, each.price.bound, limit, each.proved))
    columns = ("h", "layers", "weights w", "L", "T", "T / L", "bound (*)", "5L", "proved")
    return Table("Deeper and wider networks, with biases, softmax and cross-entropy (plain)", columns, tuple(rows))


def _plots(found: Findings) -> tuple[Plot, ...]:
    """Draw T / L by depth, and gates by weights."""
    ratios: dict[str, list[tuple[float, float]]] = {}
    for network, each in found.deep:
        ratios.setdefault(network.transfer, []).append((len(network.sizes) - 2, each.ratio))
    ends = [depth for depth, _ in next(iter(ratios.values()))]
    gates: dict[str, list[tuple[float, float]]] = {"network": [], "network and gradient": []}
    for network, each in found.wide:
        gates["network"].append((network.weights, each.value_gates))
        gates["network and gradient"].append((network.weights, each.total_gates))
    for factor in (2, 5):
        gates[f"{factor} w (theory)"] = [(w, factor * w) for w, _ in gates["network"]]
    return (
        Plot("Whole over forward", "hidden layers", "T / L", {**ratios, "5 (theory)": [(each, 5.0) for each in ends]}),
        Plot("Gates by weights", "weights w", "gates", dict(gates)),
    )


SYSTEM = System(
    "mlp",
    measure,
    {"layers": (3, 5, 4, 3), "depths": (1, 2, 3, 5, 8), "widths": (4, 8, 16, 32, 64), "samples": 1000, "seed": 1986},
    {"layers": (2, 3, 2), "depths": (1, 2), "widths": (4, 8), "samples": 100, "seed": 1986},
    (
        click.Option(["--layer", "layers"], multiple=True, type=click.IntRange(1), help="Signals, layer by layer."),
        click.Option(["--depth", "depths"], multiple=True, type=click.IntRange(1), help="Hidden layers."),
        click.Option(["--width", "widths"], multiple=True, type=click.IntRange(1), help="Signals of the wide ones."),
        click.Option(["--samples"], type=click.IntRange(1), help="Random circuits over the whole table of gates."),
        click.Option(["--seed"], type=int, help="Of the random numbers."),
    ),
)
