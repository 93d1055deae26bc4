"""The runs as pictures: nanoseconds a gate and a point against gates, a column a workload."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.rows import Row

KINDS = {"point": "one point", "batch": "a batch"}


def draw(rows: Sequence[Row], points: int, path: Path) -> None:
    """Write the plot of all rows that run; the ending says in which format. points: of a batch."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(row.workload for row in rows if row.what.partition(",")[0] in KINDS))
    series = {(kind, name): _series(rows, kind, name) for kind in KINDS for name in names}
    labels = list(dict.fromkeys(label for each in series.values() for label in each))
    colors = colormaps["tab20" if len(labels) > 10 else "tab10"]
    figure = Figure(figsize=(max(12, 4 * len(names)), 9), layout="constrained")
    every = figure.subplots(len(KINDS), len(names), squeeze=False, sharex=True, sharey="row")
    for line, (kind, title) in zip(every, KINDS.items(), strict=True):
        for axes, name in zip(line, names, strict=True):
            axes.set(
                title=f"{name}, {title}", xscale="log", yscale="log", xlabel="gates", ylabel="ns a gate and a point"
            )
            each = 1 if kind == "point" else points
            for label, times in series[kind, name].items():
                style = "o-" if label.startswith("baur") else "x--"
                costs = [1e9 * time / (gates * each) for gates, time in times.items()]
                axes.plot([*times], costs, style, label=label, color=colors(labels.index(label)))
    handles = {
        label: line for axes in every.ravel() for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend([handles[each] for each in labels], labels, loc="outside lower center", ncols=6, fontsize="small")
    figure.savefig(path)


def _series(rows: Sequence[Row], kind: str, name: str) -> dict[str, dict[int, float]]:
    """Return seconds by gates, of every engine and peer."""
    series: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.workload == name and row.what.startswith(f"{kind}, "):
            series.setdefault(f"baur {row.what.partition(', ')[2]}", {})[row.gates] = row.seconds
            if row.peer_seconds is not None and not row.peer.startswith("baur"):
                series.setdefault(row.peer, {})[row.gates] = row.peer_seconds
    return series
