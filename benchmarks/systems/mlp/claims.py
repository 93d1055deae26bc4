"""What notes say of backprop beside what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.systems.mlp.networks import HEADS, Network
from benchmarks.systems.mlp.transfers import DEAREST, Row
from benchmarks.systems.pricing import Priced
from benchmarks.systems.section import Compared

FIRST_TERM = "a sum without a bias has one addition less than products: 2w less a gate for each sum"
INVERSE = "plain forms 1 / sum(e^a), the derivative of the log, and multiplies; `fewest` divides, as the textbook does"
RADIUS = "its two derivatives: a radius, two quotients, two products, a minus; the bound is 5L + 2 for each"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A network by hand and compiled twice, and whether the three agree; `affine` are the gates of its sums."""

    network: Network
    by_hand: Priced
    by_hand_accepted: bool
    plain: Priced
    few: Priced
    equal_exactly: bool
    equal_digits: bool

    @property
    def affine(self) -> int:
        """The gates of the value without those of transfer functions and loss."""
        network, outputs = self.network, self.network.sizes[-1]
        loss = {HEADS[0]: 3, HEADS[1]: 4, HEADS[2]: 4}[network.head] * outputs
        return self.plain.value_gates - sum(network.sizes[1:-1]) - loss

    @property
    def products(self) -> int:
        """The products of the sums: those of the value but for one of the loss for each output."""
        return self.plain.price.nonscalar_value - self.network.sizes[-1]


@dataclass(frozen=True, slots=True)
class Findings:
    """Networks of all kinds, networks that grow deep and wide, the table of gates, random circuits over it."""

    compiled: list[Compiled]
    deep: list[tuple[Network, Priced]]
    wide: list[tuple[Network, Priced]]
    rows: Sequence[Row]
    random: list[Priced]


def compare(found: Findings) -> tuple[Compared, ...]:
    """Return the notes' statements beside the counts."""
    return (*_forward(found), *_textbook(found), *_table(found), *_whole(found))


def _forward(found: Findings) -> Iterator[Compared]:
    for biased in (True, False):
        some = [each for each in found.compiled if each.network.biased is biased]
        w, sums = some[0].network.weights, 0 if biased else sum(some[0].network.sizes[1:])
        counts = sorted({each.affine for each in some})
        products = sorted({each.products for each in some})
        what = f"forward pass {'with' if biased else 'without'} biases, products and additions, {len(some)} networks"
        agrees = counts == [2 * w]
        because = FIRST_TERM if counts == [2 * w - sums] and not agrees else ""
        yield Compared(what, f"2 x weights = {2 * w}", ", ".join(map(str, counts)), agrees, because)
        yield _claim(f"{what}: products of them", f"weights = {w}", ", ".join(map(str, products)), products == [w])


def _textbook(found: Findings) -> Iterator[Compared]:
    every, count = found.compiled, f"{len(found.compiled)}"
    exact, close = sum(each.equal_exactly for each in every), sum(each.equal_digits for each in every)
    what = "networks whose compiled loss and gradient are the textbook's recursion"
    yield _claim(f"{what}, exactly, modulo a prime", count, f"{exact}", exact == len(every))
    yield _claim(f"{what}, to 50 digits", count, f"{close}", close == len(every))
    most = sum(each.few.total_gates <= each.by_hand.total_gates for each in every)
    what = "networks whose gradient has at most the gates of the textbook's recursion"
    yield _claim(f"{what}, `fewest`", count, f"{most}", most == len(every))
    more = [each.plain.total_gates - each.by_hand.total_gates for each in every]
    due = [int(each.network.head == HEADS[2]) for each in every]
    yield Compared(
        f"{what}, plain", count, f"{more.count(0)}", more.count(0) == len(more), INVERSE if more == due else ""
    )
    taken = sum(each.by_hand_accepted for each in every)
    what = "networks whose textbook program verify accepts as it stands"
    yield Compared(what, count, f"{taken}", taken == len(every))


def _table(found: Findings) -> Iterator[Compared]:
    """Yield Theorem 2.1's premise: a derivative costs at most five times its function, here one gate."""
    unary = [each for each in found.rows if each.is_unary and each.is_transfer]
    kept = sum(each.with_adjoint <= 5 and each.alone.total_gates <= 5 for each in unary)
    dearest = max(unary, key=lambda each: each.with_adjoint)
    what = "transfer functions of one operand: value and derivative within 5 gates, with an adjoint, too"
    yield _claim(what, f"{len(unary)}", f"{kept}", kept == len(unary))
    what = "the dearest of them, value and derivative"
    ours = f"{dearest.alone.total_gates}, {dearest.name}"
    yield _claim(what, "<= 5", ours, dearest.alone.total_gates <= 5)
    rest = [each for each in found.rows if not each.is_unary and each.name != DEAREST]
    kept = sum(each.with_adjoint <= 5 * each.alone.value_gates for each in rest)
    what = f"gates of several operands but {DEAREST}: value and derivatives within 5 gates for each"
    yield _claim(what, f"{len(rest)}", f"{kept}", kept == len(rest))
    (seven,) = (each for each in found.rows if each.name == DEAREST)
    cost = seven.alone.total_gates
    yield Compared(f"{DEAREST}: value and derivatives", "<= 5", f"{cost}", cost <= 5, RADIUS if cost == 7 else "")


def _whole(found: Findings) -> Iterator[Compared]:
    """Yield Theorem 2.1: value and gradient cost at most five times the value."""
    chains = [(each.chain.ratio, each.name) for each in found.rows if each.chain is not None]
    groups = {
        f"{len(found.compiled)} networks of all kinds": [each.plain for each in found.compiled],
        f"{len(found.deep) + len(found.wide)} deeper and wider networks": [each for _, each in found.deep + found.wide],
        f"{len(chains)} chains of one transfer function": [each.chain for each in found.rows if each.chain is not None],
        f"{len(found.random):,} random circuits over the table but {DEAREST}": found.random,
    }
    for what, prices in groups.items():
        worst, kept = max(price.ratio for price in prices), all(price.kept for price in prices)
        yield _claim(f"{what}: largest T / L", "<= 5 (Theorem 2.1)", f"{worst:.3f}", worst <= 5 and kept)
    ratio, name = max(chains)
    yield _claim("a chain that comes up to the bound", "5", f"{ratio:.3f}, {name}", ratio == 5)


def _claim(what: str, document: str, ours: str, agrees: bool) -> Compared:
    """Compare what must agree: where it does not, no reason is given, which the tests reject."""
    return Compared(what, document, ours, agrees)
