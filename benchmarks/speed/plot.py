"""The builds as a picture: seconds against gates, both on logarithmic axes, one small plot a workload."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.rows import Row

COLUMNS = 4


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the plot of all rows `formula`; the ending says in which format."""
    from matplotlib.figure import Figure

    lines: dict[str, dict[str, dict[int, float]]] = {}
    for row in rows:
        if row.what == "formula":
            own = lines.setdefault(row.workload, {})
            own.setdefault("baur", {})[row.gates] = row.seconds
            if row.peer_seconds is not None:
                own.setdefault(row.peer, {})[row.gates] = row.peer_seconds
    peers = list(dict.fromkeys(peer for own in lines.values() for peer in own))
    height = max(1, -(-len(lines) // COLUMNS))
    figure = Figure(figsize=(3 * COLUMNS, 3 * height), layout="constrained")
    every = figure.subplots(height, COLUMNS, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (workload, own) in zip(every, lines.items(), strict=False):
        axes.set(title=workload, xscale="log", yscale="log", xlabel="gates of the value", ylabel="seconds")
        for peer, points in own.items():
            style = "o-" if peer == "baur" else "x--"
            axes.plot([*points], [*points.values()], style, color=f"C{peers.index(peer)}", label=peer)
    for axes in every[len(lines) :]:
        axes.axis("off")
    handles = {label: line for axes in every for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=8, fontsize="small")
    figure.savefig(path)
