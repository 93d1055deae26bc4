"""Answers laid out for people and for continuous integration: each layout says the same, and data stays data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from compiler import compile_gradient
from verify import Claim, certify
from verify.claims import CLAIMS
from verify.judged import BAD_INPUT, CERTIFIED, LIMIT, REJECTED, STATUS, Judged, exit_status, line_of
from verify.report import FORMATS, layout
from verify.sarif import RULES

FORMULA = "x*y + x/y"
SOURCE = compile_gradient(FORMULA).source
WRONG = SOURCE.replace("x_bar = t0 + y", "x_bar = t0 - y")
RIGHT = Judged.by("a/f.py", certify(SOURCE, FORMULA))
REJECT = Judged.by("a/g.py", certify(WRONG))
MISSING = Judged("a/h.py", BAD_INPUT, "cannot read a/h.py: No such file or directory")
ALL = [RIGHT, REJECT, MISSING]
HOSTILE = ["::error::x.py", "a b#%,:=.py", "new\nline.py", "\x1b[31m.py", "##[add-mask]x.py", "\udcff.py", "café.py"]


# What became of programs


def test_a_right_program_is_certified_and_a_wrong_one_names_its_line() -> None:
    assert (RIGHT.status, RIGHT.verdict, RIGHT.failed) == (CERTIFIED, "CERTIFIED", [])
    assert REJECT.status == REJECTED
    assert [(claim.name, line_of(claim)) for claim in REJECT.failed] == [("gradient", 12)]


def test_a_failed_claim_about_a_right_program_rejects_it() -> None:
    judged = Judged.by("f.py", certify(SOURCE), Claim("certificate", "FAILED", "format: another text"))
    assert judged.status == REJECTED
    assert judged.verdict == "REJECTED at claim certificate: format: another text"
    assert Judged.by("f.py", certify(SOURCE), Claim("certificate", "NOT CHECKED", "")).status == CERTIFIED


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([], 0),
        ([CERTIFIED], 0),
        ([CERTIFIED, LIMIT], 3),
        ([LIMIT, BAD_INPUT, CERTIFIED], 2),
        ([LIMIT, BAD_INPUT, REJECTED], 1),
    ],
)
def test_the_exit_status_is_that_of_the_worst(statuses: list[int], status: int) -> None:
    assert exit_status([Judged("f.py", each, "") for each in statuses]) == status


@pytest.mark.parametrize(
    ("detail", "line"),
    [("line 7: hidden power", 7), ("dead gate: v1 (line 8)", 8), ("7 lines", 1), ("", 1), ("line 0", 1)],
)
def test_the_line_is_the_first_that_a_claim_names(detail: str, line: int) -> None:
    assert line_of(Claim("gates", "FAILED", detail)) == line


# Text


def test_one_program_is_shown_claim_by_claim() -> None:
    answer = certify(SOURCE, FORMULA)
    assert layout([Judged.by("f.py", answer)], "text") == answer.text


def test_several_programs_have_a_line_each() -> None:
    lines = layout(ALL, "text").splitlines()
    assert lines[0] == "a/f.py: CERTIFIED, 3 gates, 7 with the gradient"
    assert lines[1].startswith("a/g.py:12: REJECTED at claim gradient: wrong gradient: line 12: x_bar = t0 - y")
    assert lines[2] == "a/h.py: cannot read a/h.py: No such file or directory"
    assert lines[3] == "3 programs: 1 certified, 1 rejected, 1 unreadable"
    assert len(lines) == 4


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
@pytest.mark.parametrize("form", ["text", "github"])
def test_no_path_moves_the_cursor_or_becomes_a_line(path: str, form: str) -> None:
    text = layout([replace(RIGHT, path=path), replace(REJECT, path=path)], form)
    assert len(text.splitlines()) == (3 if form == "text" else 4)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    text.encode()  # no lone surrogates


# JSON


def test_json_has_every_claim_and_no_float() -> None:
    def refuse(number: str) -> None:
        raise AssertionError(number)

    record = json.loads(layout(ALL, "json"), parse_float=refuse)
    assert (record["format"], record["version"]) == ("baur verify", 1)
    assert record["summary"] == {"programs": 3, "certified": 1, "rejected": 1, "unreadable": 1, "limit": 0}
    right, wrong, missing = record["programs"]
    assert [claim["name"] for claim in right["claims"]] == list(CLAIMS)
    assert (right["status"], right["value_gates"], right["total_gates"], right["ratio"]) == ("certified", 3, 7, "2.33")
    assert [claim["line"] for claim in wrong["claims"] if claim["status"] == "FAILED"] == [12]
    assert (missing["status"], missing["value_gates"], missing["claims"]) == ("unreadable", None, [])
    assert set(right) == set(wrong) == set(missing)


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_json_holds_any_path(path: str) -> None:
    (program,) = json.loads(layout([replace(REJECT, path=path)], "json"))["programs"]
    assert program["path"] == path.replace("\udcff", "\ufffd")


# JUnit


def test_junit_has_a_suite_a_program_and_a_test_a_claim() -> None:
    root = ElementTree.fromstring(layout(ALL, "junit"))
    assert (root.tag, [suite.get("name") for suite in root]) == ("testsuites", ["a/f.py", "a/g.py", "a/h.py"])
    for suite in root:
        assert {*suite.keys()} == {"name", "file", "tests", "failures", "errors", "skipped"}
        assert int(suite.get("tests", "")) == len(suite) > 0
        for count, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count, "")) == len(suite.findall(f"testcase/{outcome}"))
        assert all({*case.keys()} == {"name", "classname"} for case in suite)
    assert [suite.get("failures") for suite in root] == ["0", "1", "0"]
    assert [suite.get("errors") for suite in root] == ["0", "0", "1"]
    assert [case.get("name") for case in root[0]] == list(CLAIMS)
    (failure,) = root[1].findall("testcase/failure")
    assert (failure.text or "").startswith("a/g.py:12: wrong gradient: line 12")
    (error,) = root[2].findall("testcase/error")
    assert error.get("message") == MISSING.verdict


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_junit_holds_any_path(path: str) -> None:
    text = layout([replace(REJECT, path=path)], "junit")
    assert text.isascii()  # so any encoding of the terminal writes what the declaration says
    (suite,) = ElementTree.fromstring(text)
    assert suite.get("file") == path.replace("\udcff", "\ufffd").replace("\x1b", "\ufffd")


# SARIF: what the specification asks for (OASIS 2020, 3.13 to 3.49), and what code scanning needs


def run_of(programs: list[Judged]) -> dict[str, Any]:
    log = json.loads(layout(programs, "sarif"))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) == {"tool", "invocations", "results"}
    return dict(run)


def test_the_rules_are_the_claims() -> None:
    assert list(RULES) == [*CLAIMS, "certificate", "pattern", "derivative"]
    driver = run_of([])["tool"]["driver"]
    rules = driver["rules"]
    assert driver["name"] == "baur"
    assert [rule["id"] for rule in rules] == [name.replace(" ", "-") for name in RULES]
    for rule in rules:
        assert set(rule) == {"id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration"}
        assert re.fullmatch(r"([A-Z][a-z]+)+", rule["name"])
        assert all(set(rule[key]) == {"text"} and rule[key]["text"] for key in ("shortDescription", "help"))


def test_a_failed_claim_is_a_result_with_rule_file_and_line() -> None:
    run = run_of(ALL)
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "gradient"
    assert result["level"] == "error"
    assert "expected t0 + y" in result["message"]["text"]
    (location,) = result["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a/g.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 12}
    (print_,) = result["partialFingerprints"].values()
    assert re.fullmatch("[0-9a-f]{64}", print_)


def test_what_could_not_be_judged_is_a_notification() -> None:
    (invocation,) = run_of(ALL)["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    (told,) = invocation["toolExecutionNotifications"]
    assert (told["level"], told["message"]["text"]) == ("error", MISSING.verdict)
    (invocation,) = run_of([RIGHT, REJECT])["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1)


def fingerprint(path: str, source: str) -> str:
    (result,) = run_of([Judged.by(path, certify(source))])["results"]
    return str(result["partialFingerprints"])


def test_a_fingerprint_survives_lines_above_and_tells_mistakes_apart() -> None:
    assert fingerprint("g.py", WRONG) == fingerprint("./g.py", "# a comment\n\n" + WRONG)
    assert fingerprint("g.py", WRONG) != fingerprint("h.py", WRONG)
    assert fingerprint("g.py", WRONG) != fingerprint("g.py", SOURCE.replace("y_bar = x - t1", "y_bar = x + t1"))


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_a_path_is_a_uri(path: str) -> None:
    (result,) = run_of([replace(REJECT, path=path)])["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._/%~-]+", uri)
    assert unquote(uri, errors="surrogateescape") == path


def test_an_absolute_path_is_a_file_uri() -> None:
    (result,) = run_of([replace(REJECT, path="/a b/g.py")])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///a%20b/g.py"}


# GitHub: a reader of workflow commands, as the runner reads them


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    found = []
    for line in text.splitlines():
        assert "##[" not in line or line.startswith("::")
        if line.lstrip().startswith("::"):
            head, _, data = line.lstrip()[2:].partition("::")
            name, _, listed = head.partition(" ")
            properties = dict(each.split("=", 1) for each in listed.split(","))
            found.append((name, {key: unescaped(value) for key, value in properties.items()}, unescaped(data)))
    return found


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_a_failed_claim_is_an_error_command() -> None:
    wrong, missing = commands(layout(ALL, "github"))
    assert wrong[:2] == ("error", {"file": "a/g.py", "line": "12", "title": "baur: gradient"})
    assert wrong[2].startswith("gradient: wrong gradient: line 12")
    assert missing == ("error", {"file": "a/h.py", "title": "baur"}, MISSING.verdict)


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_no_path_becomes_a_command(path: str) -> None:
    ((name, properties, _),) = commands(layout([replace(RIGHT, path=path), replace(REJECT, path=path)], "github"))
    assert name == "error"
    if "\x1b" not in path and "\udcff" not in path:  # these are shown as escapes
        assert properties["file"] == path


# All of them


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_answers_give_the_same_bytes(form: str) -> None:
    assert layout(ALL, form) == layout([RIGHT, Judged.by("a/g.py", certify(WRONG)), MISSING], form)
    assert layout(ALL, form).endswith("\n")
    assert layout([], form)


def test_every_status_has_a_name() -> None:
    assert [STATUS[status] for status in (CERTIFIED, REJECTED, BAD_INPUT, LIMIT)] == [
        "certified", "rejected", "unreadable", "limit",
    ]  # fmt: skip
