"""The README's table of ratios, made from the JSON that `ratio` or the report wrote, and from nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click

from benchmarks import ratio
from benchmarks.systems.section import Section, Table

BEGIN, END = "<!-- ratio -->\n", "<!-- end ratio -->"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("readme")
@click.argument("figures", type=FILE)
@click.argument("document", type=FILE)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if the table is another.")
def command(figures: Path, document: Path, check: bool) -> None:
    """Put the table of FIGURES, the JSON that `ratio` or the report wrote, into DOCUMENT.

    It stands there between `<!-- ratio -->` and `<!-- end ratio -->`; its functions have about 1000 gates.
    """
    old = document.read_text("utf-8")
    new = with_table(old, as_markdown(table_of(Section.of(json.loads(figures.read_text("utf-8"))))))
    if check and new != old:
        raise click.ClickException(f"{document} is old: renew it with python -m benchmarks readme {figures} {document}")
    if not check:
        document.write_text(new, "utf-8")


def table_of(section: Section) -> Table:
    """Return the README's table of the section `ratio`. Errors: ClickException if it was measured without it."""
    for table in section.tables:
        if table.title == ratio.title_of(ratio.SHOWN):
            return table
    raise click.ClickException(f"no table of {ratio.title_of(ratio.SHOWN)!r} in the section {section.name!r}")


def as_markdown(table: Table) -> str:
    """Lay a table out in Markdown: names to the left, numbers to the right."""
    rule = ["---" if column in ("name", "function") else "--:" for column in table.columns]
    lines = [table.columns, rule, *table.rows]
    return "".join(f"| {' | '.join(map(str, cells))} |\n" for cells in lines).replace("*", "\\*")


def with_table(text: str, table: str) -> str:
    """Return a document with this table between its two markers. Errors: ClickException if it has not both."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise click.ClickException(f"no lines {BEGIN.strip()} and {END} to put the table between")
    return f"{before}{begin}\n{table}\n{end}{after}"
