"""The house rules that no compiler checks: what imports what, what is shipped, what is said, and that bytes repeat."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import corpora

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("circuit", "compiler", "verify")
MAY_IMPORT = {"circuit": set[str](), "verify": set[str](), "compiler": {"circuit", "verify"}}
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

# Text becomes code, or an expression, in none of the packages, but for these calls on text that baur itself generated.
TEXT_TO_CODE = {"eval", "exec", "compile", "__import__", "sympify", "parse_expr", "lambdify", "runpy", "pickle"}
GENERATED_TEXT = {
    "circuit/prelude.py": {"exec"},  # the constant text of the functions that `math` lacks
    "compiler/running.py": {"compile", "exec"},  # the program's own text, after it was emitted or verified
    "compiler/parts.py": {"compile", "exec"},  # the same, when it is long
}

FIRST = "x*y + x/y"
COMMAND = "import sys; from compiler.cli import main; sys.argv[0] = 'baur'; main()"


def baur(*arguments: str, code: str = COMMAND, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command on this checkout, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of every module that is imported, whatever block the import stands in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def text_to_code(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and name of everything in the source that could turn text into code or into an expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in TEXT_TO_CODE and isinstance(node.ctx, ast.Load):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and node.attr in TEXT_TO_CODE - {"compile"}:  # re.compile is harmless
            yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"S", "sympy.S"}:  # S.Half is harmless
            yield node.lineno, "S"
        elif isinstance(node, ast.ImportFrom | ast.Import):
            for alias in node.names:
                for part in alias.name.split("."):
                    if part in TEXT_TO_CODE:
                        yield node.lineno, part


def repository_files() -> list[Path]:
    """Return what git tracks or would track; outside a clone, nothing."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [ROOT / name for name in sorted(listing.stdout.split("\0")) if name and (ROOT / name).is_file()]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Layers


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    barred = {*ROOMS, "benchmarks", "tests"} - MAY_IMPORT[room] - {room}
    found = imports(ast.parse(path.read_bytes()))
    assert not [f"line {line}: {name}" for line, name in found if name.split(".")[0] in barred]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_relative_import_climbs_out_of_its_package(path: Path) -> None:
    depth = len(path.relative_to(ROOT).parts) - 1
    found = imports(ast.parse(path.read_bytes()))
    assert not [name for _, name in found if len(name) - len(name.lstrip(".")) > depth]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_text_becomes_code(path: Path) -> None:
    allowed = GENERATED_TEXT.get(name_of(path), set())
    found = text_to_code(ast.parse(path.read_bytes()))
    assert not [f"line {line}: {name}" for line, name in found if name not in allowed]


@pytest.mark.parametrize(
    "source",
    ["eval(t)", "f = eval", "sympy.sympify(t)", "from sympy import sympify as s", "sympy.S(t)", "import pickle"],
)
def test_text_to_code_is_found(source: str) -> None:
    assert list(text_to_code(ast.parse(source)))


def test_imports_are_found_in_any_block() -> None:
    source = "def f():\n    if x:\n        from compiler.sweep import gradient\n"
    assert list(imports(ast.parse(source))) == [(3, "compiler.sweep")]


# What is shipped


def test_packages_listed_are_the_packages_there_are() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in SOURCES}
    assert sorted(project()["tool"]["setuptools"]["packages"]) == sorted(folders)


@pytest.mark.parametrize("room", ROOMS)
def test_every_package_says_that_it_is_typed(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()


def test_every_folder_of_sources_is_a_package() -> None:
    assert not [name_of(path) for path in SOURCES if not (path.parent / "__init__.py").is_file()]


def test_every_package_imported_is_a_dependency_and_the_reverse() -> None:
    table = project()["project"]
    stated = {re.split(r"[<>=!~ \[]", line)[0] for line in table["dependencies"]}
    extras = [line for name in ("fast", "sparse", "plot", "dask") for line in table["optional-dependencies"][name]]
    optional = {re.split(r"[<>=!~ \[]", line)[0] for line in extras}
    used = {name.split(".")[0] for path in SOURCES for _, name in imports(ast.parse(path.read_bytes()))}
    foreign = {name for name in used if name and name not in sys.stdlib_module_names and name not in ROOMS}
    assert foreign - optional - {"pytest"} == stated  # pytest itself loads the plugin


def test_the_command_is_the_one_installed() -> None:
    assert project()["project"]["scripts"] == {"baur": "compiler.cli:main"}


# What is said


def test_no_file_names_a_path_or_a_host_of_one_machine() -> None:
    roots = "|".join(("work", "root", "home", "tmp", "Users", "opt", "mnt"))
    paths = re.compile(rf"(?<![\w.:/~$}}])/(?:{roots})/")
    hosts = re.compile("|".join((r"pypi\.o" "rg", r"python" r"hosted\.org", r"registry\.np" "mjs")))
    wrong = []
    for path in repository_files():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if paths.search(line) or hosts.search(line):
                wrong.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    assert not wrong


def test_every_document_that_a_file_names_is_in_the_repository() -> None:
    files = repository_files()
    documents = {path.name for path in files}
    mention = re.compile(r"(?<![\w/.*-])[\w./-]*?([\w-]+\.md)\b")
    wrong = [
        f"{name_of(path)}: {name}"
        for path in files
        if path.suffix in {".py", ".md", ".toml"}
        for name in mention.findall(path.read_text("utf-8"))
        if name not in documents
    ]
    assert not wrong


def test_the_readme_has_its_two_commands() -> None:
    lines = readme().splitlines()
    assert [line for line in lines if line.startswith("python3 -m venv ")]
    assert [line for line in lines if re.match(r"\.venv/bin/pip install .*pytest", line)]
    assert f"baur compile '{FIRST}'" in readme()


def test_the_readme_shows_the_program_that_is_printed() -> None:
    shown = re.search(r"^```python\n(.*?)^```", readme(), re.DOTALL | re.MULTILINE)
    assert shown
    assert shown[1] == baur("compile", FIRST).stdout


# What the command loads and prints


def test_the_first_formula_costs_seven_gates() -> None:
    result = baur("compile", FIRST)
    assert result.returncode == 0, result.stderr
    body = [line for line in result.stdout.splitlines() if " = " in line and not line.startswith("#")]
    assert len(body) == 7
    assert "ratio 2.33" in result.stdout
    assert len(result.stderr.splitlines()) == 1
    assert "ratio 2.33" in result.stderr


def test_the_first_formula_loads_neither_sympy_nor_networkx_nor_numba_nor_rich() -> None:
    code = (
        "import json, sys\n"
        "from compiler.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted(name for name in sys.modules if '.' not in name)), file=sys.stderr)\n"
    )
    result = baur("compile", FIRST, code=code)
    assert result.returncode == 0, result.stderr
    loaded = set(json.loads(result.stderr.splitlines()[-1]))
    assert "compiler" in loaded
    assert not loaded & {"sympy", "networkx", "numba", "llvmlite", "rich", "mpmath", "scipy"}


@pytest.mark.parametrize(
    "formula",
    [FIRST, "exp(alpha*beta)*sin(gamma/delta) + sqrt(alpha**2 + beta**2 + gamma**2)/(delta + alpha*gamma) - log(beta)"],
    ids=["first", "six names"],
)
def test_the_bytes_do_not_depend_on_the_hash_seed(formula: str) -> None:
    results = [baur("compile", formula, PYTHONHASHSEED=str(seed)) for seed in range(4)]
    assert [result.returncode for result in results] == [0] * 4, results[0].stderr
    assert results[0].stdout
    assert len({result.stdout for result in results}) == 1
    assert len({result.stderr for result in results}) == 1


def test_a_written_program_is_verified(tmp_path: Path) -> None:
    program = tmp_path / "f.py"
    compiled = baur("compile", FIRST, "-o", str(program))
    assert compiled.returncode == 0, compiled.stderr
    assert program.read_text("utf-8") == baur("compile", FIRST).stdout
    verified = baur("verify", str(program))
    assert verified.returncode == 0, verified.stderr
    assert "CERTIFIED" in verified.stdout


def test_a_package_of_the_same_name_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "circuit").mkdir()
    (tmp_path / "circuit" / "__init__.py").write_text("", "utf-8")
    code = f"import sys; sys.path[0] = {str(ROOT)!r}; sys.path.insert(0, {str(tmp_path)!r})\n{COMMAND}"
    result = baur("compile", FIRST, code=code)
    assert result.returncode == 2
    assert str(tmp_path / "circuit") in result.stderr
    assert "Traceback" not in result.stderr


# What the tests read


def test_a_list_is_split_at_its_own_commas() -> None:
    assert corpora.split_list("[a, f(b, c), [d, e], (g, h)*i]") == ("a", "f(b, c)", "[d, e]", "(g, h)*i")


def test_feynman_is_whole(feynman: tuple[corpora.Feynman, ...]) -> None:
    assert len(feynman) == 120
    assert {"t", "u", "x", "c"} == set(next(case for case in feynman if case.id == "feynman-i.15.3t").variables)
    wrong = [
        case.id
        for case in feynman
        if {symbol.name for symbol in case.expression().free_symbols} != set(case.sympy_variables)
    ]
    assert not wrong


def test_uo_functions_are_whole(uo_functions: tuple[corpora.UnconstrainedFunction, ...]) -> None:
    assert len({str(case) for case in uo_functions}) == len(uo_functions) == 197


def test_multibody_is_whole(six_links: tuple[str, ...], bicycle: str) -> None:
    assert len(six_links) == 14
    assert six_links[:7] == ("y0", "y1", "y2", "y3", "y4", "y5", "y6")
    assert all(text.count("(") == text.count(")") for text in (*six_links, bicycle))


def test_a_missing_corpus_is_skipped_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAUR_CORPORA", raising=False)
    (only,) = corpora.each(corpora.feynman).args[1]
    assert only.marks[0].kwargs == {"reason": "srsd-feynman: BAUR_CORPORA is not set"}
