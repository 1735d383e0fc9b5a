"""Every output format against every payload: what a report holds stays data in it, and the last thing it says is what was left out.

The table is PAYLOADS x FORMATS. Each format is read back here as its consumer reads it; a format without a reader fails.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from markdown_it import MarkdownIt

from auditor.cost.comparison import Claimed, Compared
from auditor.cost.facts import Estimate
from auditor.findings import (
    Confidence,
    ConventionTried,
    Coverage,
    Edit,
    Finding,
    Operand,
    Outcome,
    Place,
    Repair,
    Report,
    Severity,
    Step,
    Verdict,
)
from auditor.read import decode
from auditor.render import FORMATS, load
from auditor.render.recomputed import Completed
from auditor.render.run import Basis, Failure, Options, Run, Stale
from auditor.render.study import Figure, Holding, Number, Reading, Stage, StudiedPlan, Study
from auditor.render.terminal import plain
from auditor.spans import Span
from auditor.statements import Note
from tests.render.test_github import runner

PAYLOADS = {
    "newlines": "a\nb\r\nc",
    "a lone return": "a\r::error::b",
    "a command": "::error file=x,line=1::pwned",
    "another command": "##[add-mask]x",
    "an escaped line end": "%0A::stop-commands::t",
    "ANSI": "\x1b[2J\x1b[31mred",
    "OSC 8": "\x1b]8;;http://evil\x07link\x1b]8;;\x07",
    "C1": "\x9b2J\x85next",
    "bidi": "16\u202e61\u2066x\u2069",
    "separators": "one\u2028two\u2029three",
    "a script": "<script>alert(1)</script>",
    "an image": "<img src=x onerror=alert(1)>",
    "a comment": "--><!-- </style><style>*{display:none}",
    "a bar": "a | b | c",
    "a mention": "@everyone #1 !1 &1",
    "a formula": "=cmd|' /C calc'!A0",
    "backquotes": "a`b``c```d",
    "a link": "[click](javascript:alert(1)) ![x](http://evil/x.png) <http://evil>",
    "CDATA": "]]><x>",
    "quotes": '"\'><a onmouseover="x">',
    "an entity": "&lt;b&gt; &#x3c;",
    "a template": "{{ 7 * 7 }} {% raw %} ${{ github.token }} $(id)",
    "nothing": "\0",
    "half a pair": "a\ud800b",
    "not a character": "a\ufffe\uffffb",
    "a backslash": "\\\\server\\x \\",
    "traversal": "../../etc/passwd",
    "a scheme": "javascript:alert(1)",
    "blanks": "   ",
    "long": "x" * 5000,
}
LEFT_OUT = "Left out: 3 rules turned off by the configuration"


def hostile(payload: str) -> Run:
    """A run in which a payload stands wherever text from outside may: report, file names, notes, baseline, configuration."""
    text = "".join(one for one in payload if one not in "\0" and not "\ud800" <= one <= "\udfff")
    source = decode(f"16 GPUs {text}\nof 32\n".encode(), payload)
    facts = decode(b"64 GPUs\n", f"facts {payload}")
    finding = Finding(
        "LAY001",
        "gpu-count",
        "layout",
        Severity.ERROR,
        Confidence.HIGH,
        payload,
        Place(Span(0, 7), payload),
        (Place(Span(8, 9), payload), Place(Span(0, 2), payload, facts.path)),
        payload,
        payload,
        (Step(payload, payload, payload, (Operand(payload, payload, Fraction(16), Fraction(16), Span(0, 2)),)),),
        (ConventionTried(payload, False, payload, payload),),
        (Repair(payload, (Edit(Span(0, 2), "32"),), safe=True),),
        (payload,),
    )
    outcomes = (
        Outcome("gpu-count", Verdict.CONTRADICTED, (Span(0, 2),), finding=finding),
        Outcome("gpu-count", Verdict.HELD, (Span(0, 2),), payload),
        Outcome("gpu-count", Verdict.UNDETERMINED, (), payload),
    )
    notes = (Note(payload, Span(0, 2)), Note(payload, Span(0, len(source.text)), fatal=True))
    report = Report(source, outcomes, (finding,), 1, Coverage(3, 0, 1, 1, 1), notes, (facts,))
    basis = Basis(
        (payload,), 1, payload, (Stale(payload, "LAY001", payload, 1),), payload, 1, ((payload, "excluded by the configuration"),), (0, 3)
    )
    completed = Completed(
        payload, payload, Estimate((), (payload,), (payload,)), (Compared(Claimed("gpus", payload, ()), Verdict.HELD, None, payload),)
    )
    figures = [
        Figure(name, "gpu" if name.startswith("memory") else "", "", Fraction(value), payload, 1)
        for name, value in (
            ("memory.weights", 10**10),
            ("memory.kv_cache", 10**10),
            ("memory.capacity", 10**10),
            ("parallel.tensor", 2),
            ("parallel.pipeline", 4),
            ("batch.microbatches", 8),
            ("share.bubble", Fraction(1, 10)),
        )
    ]
    numbers = tuple(Number(Span(start, start + 2), reading, payload) for start, reading in zip((0, 3, 8), Reading, strict=True))
    study = Study(numbers, (StudiedPlan(completed, tuple(figures)),), (Stage(0, (0, 1), 1), Stage(1, (1, 2), 1)), (Holding(0, (0, 1), 1),))
    return Run((report,), (Failure(payload, payload, 1, 1),), "0.1.0", "2026.1", basis, study=lambda _: study)


def lines_of(out: str) -> list[str]:
    assert out.endswith("\n")
    lines = re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", out.removesuffix("\n"))
    assert lines == out.removesuffix("\n").split("\n")
    return lines


def no_control(out: str) -> None:
    """Nothing that steers a terminal, turns text around or cannot be encoded, line ends apart."""
    found = {character for character in out if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")} - {"\n"}
    assert not found
    assert not set(out) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    out.encode("utf-8")


def terminal(out: str, payload: str) -> None:
    for line in lines_of(out):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def whole_json(out: str, payload: str) -> None:
    found = json.loads(out)
    assert found["findings"][0]["message"] == payload
    assert found["basis"]["rules_off"]["configuration"] == 3


def json_lines(out: str, payload: str) -> None:
    found = [json.loads(line) for line in lines_of(out)]
    assert [one["type"] for one in found] == ["finding", "report", "report", "summary"]
    assert found[0]["message"] == payload


def agent(out: str, payload: str) -> None:
    terminal(out, payload)
    lines = lines_of(out)
    assert max(len(line) for line in lines[:3]) <= 240
    assert [line.split(":")[0] for line in lines[3:5]] == ["verdict", "missing"]


def github(out: str, payload: str) -> None:
    read = [runner(line) for line in lines_of(out)]
    assert [found[0] for found in read if found] == ["error"] * 3
    for found in read:
        if found:
            assert set(found[1]) <= {"file", "line", "endLine", "col", "endColumn", "title"}
            assert found[1]["title"] in ("LAY001 gpu-count", "not audited", "not audited in full")


def only_our_markdown(text: str) -> None:
    """Nothing of a report takes effect: no HTML, no links or pictures, no table; mentions and references stand in code alone."""
    tokens = [child for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text) for child in (token, *(token.children or []))]
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "fence", "code_block", "table_open", "em_open", "hr"}
    plain_text = " ".join(token.content for token in tokens if token.type == "text")
    assert not set(plain_text) & set("@<#")


def markdown(out: str, payload: str) -> None:
    only_our_markdown(out)


def sarif(out: str, payload: str) -> None:
    log = json.loads(out)
    schema = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(log)
    run = log["runs"][0]
    result = run["results"][0]
    assert set(re.findall(r"(?<!\\)\]\(([^)]*)\)", result["message"]["text"])) <= {"1", "2"}
    uris = [uri for uri in found_in(run, "uri") if isinstance(uri, str)]
    assert uris
    for uri in uris:
        parts = urlsplit(uri)
        assert parts.scheme in ("", "file")
        assert not parts.netloc
        assert re.fullmatch(r"[A-Za-z0-9._~/%:-]+", uri)
    assert not [text for text in found_in(run, "text") if text == ""]


def found_in(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in ([inner] if name == key else found_in(inner, key))]
    return [one for inner in value for one in found_in(inner, key)] if isinstance(value, list) else []


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def gitlab(out: str, payload: str) -> None:
    issues = json.loads(out)
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert issues[0]["description"] == f"LAY001 gpu-count: {plain(payload)}"[:1000]


def junit(out: str, payload: str) -> None:
    root = ElementTree.fromstring(out)  # noqa: S314 - what was written just now
    assert root.tag == "testsuites"
    assert {element.tag for element in root.iter()} <= set(
        "testsuites testsuite testcase failure error skipped system-out properties property".split()
    )
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases) > 0
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == sum(case.find(tag) is not None for case in cases)
    failure = next(iter(root.iter("failure")))
    assert failure.attrib["message"] == plain(payload)[:2000]


RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "required": ["name"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string"},
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {"type": "object", "required": ["value"]},
                    "location": {"type": "object", "required": ["path", "range"]},
                    "suggestions": {"type": "array", "items": {"type": "object", "required": ["range", "text"]}},
                },
            },
        },
    },
}


def rdjson(out: str, payload: str) -> None:
    found = json.loads(out)
    jsonschema.validate(found, RDJSON)
    for diagnostic in found["diagnostics"]:
        only_our_markdown(diagnostic["message"])
    assert found["diagnostics"][0]["suggestions"][0]["text"] == "32"


class Page(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


OURS = set(
    "html head meta title style script body a header p h1 nav ul li span main section h2 article div svg rect h3 code details summary q "
    "table thead tbody tr th td figure figcaption desc text line polyline circle fieldset legend label input footer b i".split()
)


def html(out: str, payload: str) -> None:
    page = Page(out)
    kinds = Counter(tag for tag, _ in page.tags)
    assert set(kinds) <= OURS
    assert (kinds["script"], kinds["style"]) == (1, 1)
    policy = next(one["content"] for _, one in page.tags if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for name, text in (("style", "style"), ("script", "script")):
        body = re.search(rf"<{name}>(.*?)</{name}>", out, re.DOTALL)
        assert body is not None
        assert f"{text}-src 'sha256-{base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()}'" in policy
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "action", "srcdoc", "xlink:href")]
        assert re.fullmatch("#[A-Za-z0-9-]+", attributes.get("href", "#main"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for _, attributes in page.tags if "href" in attributes} <= set(ids)
    assert plain(payload).strip() in "".join(page.text)


READERS: dict[str, Callable[[str, str], None]] = {
    "full": terminal,
    "concise": terminal,
    "json": whole_json,
    "jsonl": json_lines,
    "agent": agent,
    "github": github,
    "markdown": markdown,
    "sarif": sarif,
    "gitlab": gitlab,
    "junit": junit,
    "rdjson": rdjson,
    "html": html,
}


def test_every_format_is_read_back() -> None:
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_text_of_a_report_stays_text(name: str, payload: str) -> None:
    out = load(name)(hostile(payload), Options())
    no_control(out)
    READERS[name](out, payload)


@pytest.mark.parametrize("name", FORMATS)
def test_the_last_thing_said_is_what_was_left_out(name: str) -> None:
    run = hostile("x")
    out = load(name)(run, Options())
    if name == "json":
        assert list(json.loads(out))[-1] == "basis"
        return
    lines = [line for line in out.splitlines() if "Left out:" in line]
    assert lines
    tail = out[out.rindex("Left out:") :]
    assert "3 rules turned off by the configuration" in tail
    assert len(tail) < 600
    assert "gpu-count" not in tail


@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_run_is_a_document_too(name: str) -> None:
    source = decode(b"16 GPUs\n", "a.md")
    for run in (Run((Report(source),)), Run(()), Run((), (Failure("a.md", "no such file"),))):
        out = load(name)(run, Options())
        if name in ("json", "sarif", "gitlab", "rdjson"):
            json.loads(out)
        if name == "html":
            assert out.endswith("</html>")
        if name == "junit":
            ElementTree.fromstring(out)  # noqa: S314 - what was written just now


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_of_ten_megabytes(name: str) -> None:
    text = "x " * 2_500_000 + "16 GPUs" + " y" * 2_500_000
    at = text.index("16")
    finding = Finding("LAY001", "gpu-count", "layout", Severity.ERROR, Confidence.HIGH, "m", Place(Span(at, at + 7), "says 16"))
    report = Report(decode(text.encode(), "a.md"), (Outcome("gpu-count", Verdict.HELD, (Span(0, len(text)),)),), (finding,))
    out = load(name)(Run((report,)), Options())
    assert len(out) < 40_000


@pytest.mark.parametrize("name", FORMATS)
def test_places_are_below_the_repository(name: str) -> None:
    """Tools of the repository get its paths; people get those they can click on where they stand."""
    run = hostile("x")
    report = replace(run.reports[0], source=decode(b"16 GPUs x\nof 32\n", "../docs/a b.md"))
    out = load(name)(Run((report,)), Options(root=PurePath("/r"), folder=PurePath("/r/work")))
    if name in ("github", "gitlab", "rdjson"):
        assert "docs/a b.md" in out
        assert "../docs" not in out
    if name == "sarif":
        assert unquote("docs/a%20b.md") == "docs/a b.md"
        assert "docs/a%20b.md" in out
        assert ".." not in out
