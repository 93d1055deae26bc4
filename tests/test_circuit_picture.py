"""Pictures of circuits: every gate is there, nothing lies upon anything, names are data, and the bytes repeat."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from circuit import OPS, Builder, Circuit, parse
from circuit.measure import fan_out
from circuit.ops import CODE, CONSTANT, FIRST_GATE
from circuit.picture import DRAWN, picture
from circuit.picture.boxes import Box, Edge
from circuit.picture.crossings import fewer_crossings
from circuit.picture.heights import APART
from circuit.picture.layout import arrange
from circuit.picture.parts import parts_of
from circuit.picture.shapes import constant_text, shapes_of
from circuit.picture.svg import STYLE, visible
from compiler.sweep import gradient
from tests.test_project import FIRST, baur

SVG = "{http://www.w3.org/2000/svg}"
DETERMINANT = "a*(e*i - f*h) - b*(d*i - f*g) + c*(d*h - e*g)"
PERCEPTRON = "tanh(v1*tanh(w11*x1 + w12*x2 + b1) + v2*tanh(w21*x1 + w22*x2 + b2) + b3)"
FORMULAS = [
    FIRST,
    DETERMINANT,
    PERCEPTRON,
    "x",
    "7",
    "x*x",
    "x/x - x",
    "select(x > y, x**1.5, log(2)*pi*y) - 1/3/x + atan2(y, 2*x)",
    "x + 2*y + 7",
    "sin(sin(sin(x)))*log(2)",
]


def mesh(gates: int, seed: int) -> Circuit:
    """Return a random circuit in which gates read near and far, with constants in between."""
    draw = random.Random(seed)
    builder = Builder()
    nodes = [builder.input(f"x{place}") for place in range(5)]
    while len(nodes) < gates:
        name = draw.choice(["add", "sub", "mul", "div", "sin", "atan2"])
        a, b = draw.choice(nodes[-8:]), draw.choice(nodes)
        b = builder.constant(draw.randint(2, 9)) if draw.random() < 0.2 else b
        nodes.append(builder.gate(CODE[name], a) if OPS[name].arity == 1 else builder.gate(CODE[name], a, b))
    return builder.build(nodes[-4:], nodes[:3], nodes[3:5])


CIRCUITS = [gradient(parse(text)) for text in FORMULAS] + [parse(DETERMINANT), *(mesh(80, seed) for seed in range(4))]


def elements(svg: str, tag: str, *kinds: str) -> list[ElementTree.Element]:
    """Return the elements of a picture with this tag and all these classes, without those of the legend."""
    root = ElementTree.fromstring(svg)
    scene = root.find(f"{SVG}g/{SVG}g")
    assert scene is not None
    return [each for each in scene.iter(SVG + tag) if set(kinds) <= set((each.get("class") or "").split())]


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# What is drawn


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_every_input_and_gate_is_drawn_once_in_its_part(circuit: Circuit) -> None:
    svg, parts = picture(circuit), parts_of(circuit)
    free = sum(code >= FIRST_GATE and not varies for code, varies in zip(circuit.op, circuit.varies, strict=True))
    assert len(elements(svg, "rect", "box", "value")) == parts.value_gates
    assert len(elements(svg, "rect", "box", "adjoint")) == parts.other_gates
    assert len(elements(svg, "rect", "box", "free")) == free
    assert len(elements(svg, "rect", "box", "input")) == len(circuit.differentiated)
    assert len(elements(svg, "rect", "box", "parameter")) == len(circuit.parameters)
    assert parts.value_gates + parts.other_gates == circuit.gate_count
    assert parts.depth == circuit.depth


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_gates_read_more_than_once_have_a_heavy_outline(circuit: Circuit) -> None:
    shared = [node for node, reads in enumerate(fan_out(circuit)) if reads > 1 and circuit.op[node] >= FIRST_GATE]
    assert len(elements(picture(circuit), "rect", "shared")) == len(shared)


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_every_constant_is_written_at_each_gate_that_reads_it(circuit: Circuit) -> None:
    due = [
        constant_text(circuit.value_of(each))
        for _, _, operands in circuit.nodes()
        for each in operands
        if circuit.op[each] == CONSTANT
    ]
    assert sorted("".join(each.itertext()) for each in elements(picture(circuit), "text", "end")) == sorted(due)


def test_the_value_part_is_round_and_the_adjoint_part_square() -> None:
    svg = picture(gradient(parse(PERCEPTRON)))
    corners = {part: {each.get("rx") for each in elements(svg, "rect", part)} for part in ("value", "adjoint")}
    assert corners == {"value": {"13"}, "adjoint": {"1.5"}}


def test_a_value_alone_has_no_adjoint_part_and_no_derivatives() -> None:
    svg = picture(parse(FIRST))
    assert not elements(svg, "rect", "adjoint")
    assert "adjoint part" not in texts(svg)
    assert "3 gates, depth 2" in texts(svg)


def test_outputs_are_the_value_and_the_derivatives_by_name() -> None:
    svg = picture(gradient(parse("x + 2*speed")))
    outputs = [text for text in texts(svg) if text in ("f", "x = 1", "speed = 2")]
    assert sorted(outputs) == ["f", "speed = 2", "x = 1"]
    assert [each.text for each in elements(svg, "tspan", "over")] == ["speed", "x"]


def test_outputs_that_are_no_gradient_are_numbered() -> None:
    builder = Builder()
    x = builder.input("x")
    nodes = [builder.gate(CODE[name], x) for name in ("sin", "cos", "exp")]
    found = texts(picture(builder.build(nodes, [x])))
    assert [text for text in found if re.fullmatch(r"f\d?", text)] == ["f", "f1", "f2"]
    assert "other outputs" in found


@pytest.mark.parametrize(
    ("text", "dots"),
    [("x*y + x", 0), ("x - y", 1), ("x/y", 1), ("atan2(x, y)", 1), ("x**1.5", 1), ("-x", 0), ("x > y", 1)],
)
def test_a_dot_marks_the_first_operand_where_the_order_matters(text: str, dots: int) -> None:
    circuit = parse(f"select({text}, 1, 2)") if ">" in text else parse(text)
    assert len(elements(picture(circuit), "circle")) == dots + (">" in text)


def test_the_first_operand_enters_above_the_second() -> None:
    for first, second in (("x", "y"), ("y", "x")):
        circuit = parse(f"{first} - {second}", variables=("x", "y"))
        shapes, wires = shapes_of(circuit, parts_of(circuit))
        heights = {shapes[source].text: offset for source, target, offset in wires if shapes[target].text == "\u2212"}
        assert heights[first] < 0 < heights[second]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(2), "2"),
        (Fraction(-2), "\u22122"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(10**30), "\u22481e+30"),
        (Fraction(1, 10**400), "\u22480"),
        (Fraction(10**5000), "\u2248inf"),
        ("pi", "\u03c0"),
        ("e", "e"),
    ],
)
def test_a_constant_is_written_in_a_few_letters(value: Fraction | str, shown: str) -> None:
    assert constant_text(value) == shown


# Where it stands


def laid_out(circuit: Circuit) -> tuple[list[list[Box]], list[Edge]]:
    """Return the layers of a picture, bends included, and all pieces of its edges."""
    shapes, wires = shapes_of(circuit, parts_of(circuit))
    routes = arrange(shapes, wires)
    edges = [edge for route in routes for edge in route]
    layers: dict[int, list[Box]] = {}
    for box in {id(each): each for each in [*shapes, *(edge.target for edge in edges)]}.values():
        layers.setdefault(box.layer, []).append(box)
    return [sorted(layers[at], key=lambda each: each.y) for at in sorted(layers)], edges


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_nothing_in_a_layer_overlaps_neither_shapes_nor_passing_edges(circuit: Circuit) -> None:
    layers, _ = laid_out(circuit)
    for layer in layers:
        for above, below in pairwise(layer):
            assert below.y - above.y >= above.half + below.half + APART - 1e-6


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_edges_curve_only_between_neighbouring_layers(circuit: Circuit) -> None:
    layers, edges = laid_out(circuit)
    assert all(left[0].stop + 20 <= right[0].start for left, right in pairwise(layers))
    assert all(edge.target.layer == edge.source.layer + 1 for edge in edges)
    for layer in layers:
        assert all(each.start <= each.x - each.left + 1e-6 for each in layer)
        assert all(each.x + each.right <= each.stop + 1e-6 for each in layer)


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_an_edge_enters_a_shape_within_its_height(circuit: Circuit) -> None:
    _, edges = laid_out(circuit)
    assert all(abs(edge.offset) < edge.target.half for edge in edges)


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_a_gate_stands_right_of_its_operands(circuit: Circuit) -> None:
    shapes, wires = shapes_of(circuit, parts_of(circuit))
    arrange(shapes, wires)
    assert all(shapes[source].x < shapes[target].x for source, target, _ in wires)
    assert all(shape.x == min(each.x for each in shapes) for shape in shapes if shape.kind in ("input", "parameter"))
    assert all(shape.x == max(each.x for each in shapes) for shape in shapes if shape.kind == "output")


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_operands_enter_in_their_order_or_as_they_come(circuit: Circuit) -> None:
    shapes, wires = shapes_of(circuit, parts_of(circuit))
    slots = {at: [offset for _, target, offset in wires if target == at] for at in range(len(shapes))}
    arrange(shapes, wires)
    for at, shape in enumerate(shapes):
        entries = [edge.offset for edge in shape.before]
        assert sorted(entries) == sorted(slots[at])
        assert (shape.first is None and not shape.constants) or entries == slots[at]
        as_they_come = sorted(shape.before, key=lambda edge: edge.offset)
        assert not shape.loose or all(a.source.y <= b.source.y for a, b in pairwise(as_they_come))


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_a_gate_of_constants_stands_just_before_its_first_reader(circuit: Circuit) -> None:
    shapes, wires = shapes_of(circuit, parts_of(circuit))
    for at, shape in enumerate(shapes):
        readers = [shapes[target].layer for source, target, _ in wires if source == at]
        if shape.kind == "free":
            assert shape.layer == min(readers) - 1


@pytest.mark.parametrize(("seed", "most"), [(0, 70), (1, 35), (2, 45)])  # left as they come: 164, 140, 137
def test_few_edges_cross(seed: int, most: int) -> None:
    shapes, wires = shapes_of(circuit := mesh(80, seed), parts_of(circuit))
    routes = arrange(shapes, wires)
    edges = [edge for route in routes for edge in route]
    found = sum(
        (a.source.y - b.source.y) * (a.target.y + a.offset - b.target.y - b.offset) < 0
        for at, a in enumerate(edges)
        for b in edges[:at]
        if a.source.layer == b.source.layer and a.source is not b.source
    )
    assert 0 < found <= most


def test_edges_that_need_not_cross_do_not() -> None:
    sources, targets = [Box(0) for _ in range(8)], [Box(1) for _ in range(8)]
    edges = [Edge(sources[at], targets[(at * 3 + 5) % 8], 0.0, 1.0) for at in range(8)]
    for edge in edges:
        edge.source.after.append(edge)
        edge.target.before.append(edge)
    layers = [list(sources), list(targets)]
    fewer_crossings(layers)
    order = [edge.target.place for edge in sorted(edges, key=lambda each: each.source.place)]
    assert order == sorted(order)


def test_a_long_edge_runs_straight_where_there_is_room() -> None:
    chain = [Box(at, half=13.0) for at in range(9)]
    wires = [(at, at + 1, 0.0) for at in range(8)]
    routes = arrange(chain, [*wires, (0, 8, 5.0)])
    bends = [edge.target for edge in routes[0] if edge.target.is_bend]
    assert len(bends) == 7
    assert len({each.y for each in bends}) == 1


# What a picture may not do


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\"&'", "a\x00b", "\ud800", "\u202eabc", "]]>", "\n\t", "日本語"]
)
def test_names_are_data(name: str) -> None:
    graph = parse("x*x").graph.copy()
    graph.nodes[0]["name"] = name
    graph.graph["inputs"] = (name,)
    svg = picture(gradient(Circuit.from_networkx(graph)), name)
    root = ElementTree.fromstring(svg)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= set(
        "svg title desc style rect g path text tspan circle".split()
    )
    titles = [each.text for each in root.iter(f"{SVG}title")]
    assert titles[0] == visible(name)
    assert f"derivative by {visible(name)}" in " ".join(filter(None, titles))
    assert svg.isascii()


@pytest.mark.parametrize("circuit", [gradient(parse(FIRST)), mesh(2 * DRAWN, 1)], ids=["drawn", "summary"])
def test_a_picture_loads_and_runs_nothing(circuit: Circuit) -> None:
    svg = picture(circuit).replace('xmlns="http://www.w3.org/2000/svg"', "").replace("url(#baur-hatch)", "")
    assert not re.search(r"https?:|url\(|href|<script|<image|<foreignObject|@import|@font-face|\son\w+=", svg)


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    results = [baur("draw", PERCEPTRON, PYTHONHASHSEED=str(seed)) for seed in range(3)]
    assert [each.returncode for each in results] == [0] * 3, results[0].stderr
    assert len({each.stdout for each in results}) == 1
    assert len(results[0].stdout) > 10_000


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * each for each in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("place", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "back", 7),
        ("ink", "value-fill", 7),
        ("ink", "adjoint-fill", 7),
        ("ink", "plain-fill", 7),
        ("soft", "back", 4.5),
        ("value", "back", 3),
        ("adjoint", "back", 3),
        ("line", "back", 3),
    ],
)
def test_colours_have_enough_contrast_in_light_and_in_dark(ink: str, ground: str, least: float, place: int) -> None:
    palette = [dict(re.findall(r"--([\w-]+):#(\w+)", block)) for block in re.findall(r"\.baur\{(--[^}]*)\}", STYLE)]
    assert len(palette) == 2
    a, b = sorted(luminance(palette[place][each]) for each in (ink, ground))
    assert (b + 0.05) / (a + 0.05) >= least


# A circuit too large to be drawn


def bars(svg: str, part: str) -> list[tuple[float, float, float]]:
    """Return (x, foot, head) of the columns that the histogram has for a part."""
    paths = [
        each.get("d") or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}path") if each.get("class") == part
    ]
    (path,) = (each for each in paths if "V" in each)
    found = re.findall(r"M(\S+) ([\d.]+)h\S+?V([\d.]+)h", path)
    return [(float(x), float(foot), float(head)) for x, foot, head in found]


def test_at_most_400_nodes_are_drawn_and_more_are_summed_up() -> None:
    def product(nodes: int) -> Circuit:
        return parse("*".join(f"x{place}" for place in range((nodes + 1) // 2)) + ("" if nodes % 2 else "+x0"))

    assert (len(product(399)), len(product(401))) == (399, 401)
    assert "gates by kind" not in texts(picture(product(399)))
    assert "gates by kind" in texts(picture(product(401)))


def test_a_summary_counts_what_there_is() -> None:
    circuit = gradient(parse("+".join(f"sin(u{place}*w{place})" for place in range(150))))
    parts = parts_of(circuit)
    found = texts(picture(circuit, "sines"))
    total = parts.value_gates + parts.other_gates
    caption = f"value 449 gates, adjoint part {parts.other_gates}, {total} in all, ratio {total / 449:.2f}"
    assert found[:2] == ["sines", f"{caption}, depth {circuit.depth}"]
    kinds = found[found.index("gates by kind") + 1 : found.index("gates read most often")]
    counted = dict(zip(kinds[::2], (int(each.replace(",", "")) for each in kinds[1::2]), strict=True))
    assert counted == {
        symbol: sum(each == CODE[name] for each in circuit.op)
        for name, symbol in (("mul", "\u00d7"), ("sin", "sin"), ("cos", "cos"), ("add", "+"))
    }
    read = found[found.index("gates read most often") + 1 :]
    assert read[:3] == ["\u00d7", f"node {circuit_first_product(circuit)}", "2 times"]


def circuit_first_product(circuit: Circuit) -> int:
    return next(node for node, reads in enumerate(fan_out(circuit)) if reads > 1 and circuit.op[node] >= FIRST_GATE)


def test_the_columns_of_a_summary_are_as_high_as_there_are_gates_at_that_depth() -> None:
    circuit = gradient(parse("+".join(f"sin(u{place}*w{place}*z)" for place in range(90))))
    parts, svg = parts_of(circuit), picture(circuit)
    columns: dict[float, list[tuple[float, float]]] = {}
    for x, foot, head in bars(svg, "bar value") + bars(svg, "bar adjoint"):
        columns.setdefault(x, []).append((foot, head))
    gates = [node for node, code in enumerate(circuit.op) if code >= FIRST_GATE]
    counts = [[0, 0] for _ in range(parts.depth)]
    for node in gates:
        counts[parts.levels[node] - 1][0 if parts.in_value[node] else 1] += 1
    unit = 220 / max(map(sum, counts))
    assert len(columns) == parts.depth
    bottom = max(foot for stack in columns.values() for foot, _ in stack)
    for stack, pair in zip((columns[x] for x in sorted(columns)), counts, strict=True):
        reached = bottom
        for (foot, head), count in zip(stack, [each for each in pair if each], strict=True):
            assert foot == pytest.approx(reached, abs=0.11)
            assert foot - head == pytest.approx(unit * count, abs=0.11)
            reached = head


def test_a_chain_of_a_hundred_thousand_gates_is_summed_up() -> None:
    builder = Builder()
    x = node = builder.input("x")
    for _ in range(50_000):
        node = builder.gate(CODE["add"], builder.gate(CODE["mul"], node, node), x)
    svg = picture(builder.build([node], [x]))
    assert texts(svg)[0] == "100,000 gates, depth 100,000"
    assert len(svg) < 20_000


def test_a_circuit_of_inputs_alone_is_summed_up() -> None:
    names = [f"x{place}" for place in range(DRAWN + 1)]
    assert texts(picture(parse("x0", variables=names)))[0] == "0 gates, depth 0"
    assert "adjoint part 0" in picture(gradient(parse("x0", variables=names)))


@pytest.mark.parametrize("text", [*FORMULAS, "select(x > 0, x, sin(x)*y)"])
def test_the_value_part_of_a_gradient_is_the_circuit_of_the_value(text: str) -> None:
    assert parts_of(gradient(parse(text))).value_gates == parse(text).gate_count


def test_levels_of_a_select_count_all_three_operands() -> None:
    builder = Builder()
    x = builder.input("x")
    deep = x
    for _ in range(4):
        deep = builder.gate(CODE["sin"], deep)
    condition = builder.gate(CODE["gt"], x, builder.constant(0))
    circuit = builder.build([builder.gate(CODE["select"], condition, x, deep)], [x])
    assert parts_of(circuit).depth == circuit.depth == 5


# Notebook and command


def test_a_notebook_shows_the_picture() -> None:
    circuit = parse(FIRST)
    assert circuit._repr_svg_() == picture(circuit)


def test_the_command_draws_value_and_gradient(tmp_path: Path) -> None:
    file = tmp_path / "f.SVG"
    result = baur("draw", FIRST, "-o", str(file))
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert file.read_text("utf-8") == picture(gradient(parse(FIRST)), f"f(x, y) = {FIRST}")
    assert baur("draw", FIRST).stdout == file.read_text("utf-8")


def test_the_command_takes_variables_and_parameters() -> None:
    result = baur("draw", "a*x", "--parameters", "a")
    assert "parameter a" in result.stdout
    assert "derivative by x" in result.stdout
    assert "derivative by a" not in result.stdout


@pytest.mark.parametrize("name", ["f.png", "f.pdf", "f", "svg"])
def test_other_formats_are_refused_and_svg_is_named(name: str, tmp_path: Path) -> None:
    result = baur("draw", FIRST, "-o", str(tmp_path / name))
    assert result.returncode == 2
    assert ".svg" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_bad_formula_ends_with_status_2_and_no_traceback(tmp_path: Path) -> None:
    result = baur("draw", "x +", "-o", str(tmp_path / "f.svg"))
    assert (result.returncode, result.stdout) == (2, "")
    assert "column" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_traced_function_is_drawn_under_its_name(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text("def loss(w, x):\n    return (w @ x) ** 2\n", "utf-8")
    result = baur("draw", f"{model}:loss", "--shape", "3", "--shape", "3", "--wrt", "0")
    assert result.returncode == 0, result.stderr
    assert "loss(w_0, w_1, w_2, x_0, x_1, x_2)" in result.stdout
    assert "parameter x_2" in result.stdout


def test_a_long_formula_has_a_short_title() -> None:
    result = baur("draw", "+".join(f"x{place}" for place in range(60)))
    assert max(map(len, texts(result.stdout))) <= 80
