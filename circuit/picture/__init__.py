"""Pictures of circuits as SVG: `picture` draws a small circuit gate by gate and sums up a large one."""

from __future__ import annotations

from circuit.circuit import Circuit

DRAWN = 400  # nodes up to which every gate is drawn: more nobody can read


def picture(circuit: Circuit, title: str = "") -> str:
    """Return a circuit as SVG text, with `title` above it.

    Several outputs are a value and what else is computed; if there is one for each differentiated input, they are
    taken for its derivatives. Ensures: equal circuits and titles give equal bytes.
    """
    if len(circuit) > DRAWN:
        from circuit.picture.overview import overview  # NumPy only there

        return overview(circuit, title)
    from circuit.picture.drawing import drawing

    return drawing(circuit, title)
