"""What is worked out from files is worked out again when they change, and only then; compiled patterns are those that `re` makes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor import patterns, unchanged
from auditor.unchanged import once_for_files


class _Maker:
    def __init__(self, path: Path) -> None:
        self.path, self.times = path, 0

    def __call__(self) -> str:
        self.times += 1
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_SETTLED", -10 * 10**9)


@pytest.mark.usefixtures("settled")
def test_files_that_are_the_same_are_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one", encoding="utf-8")
    make = _Maker(path)
    for _ in range(3):
        assert once_for_files(tmp_path, "x", [str(path)], make) == "one"
    assert make.times == 1
    before = path.stat()
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # of the same size and, it says, as old
    assert once_for_files(tmp_path, "x", [str(path)], make) == "two"
    assert once_for_files(tmp_path, "y", [str(path)], make) == "two"
    assert make.times == 3


def test_what_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(str(time.time_ns()), encoding="utf-8")
    make = _Maker(path)
    for _ in range(2):
        once_for_files(tmp_path, "x", [str(path)], make)
    assert make.times == 2


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "x" * 30_000])
def test_what_is_no_list_of_ours_is_not_used(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a"
    path.write_text("one", encoding="utf-8")
    (tmp_path / unchanged.NAME).write_text(content, encoding="utf-8")
    assert once_for_files(tmp_path, "x", [str(path)], _Maker(path)) == "one"
    assert once_for_files(None, "x", [str(path)], _Maker(path)) == "one"
    assert once_for_files(tmp_path, "x", [str(tmp_path / "gone")], _Maker(path)) == "one"


def _in_a_process(code: str, folder: Path) -> str:
    code = f"import re, sys; from pathlib import Path; from auditor import patterns; folder = Path({str(folder)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


TRIED = [("(?P<a>x+)|b", 0), ("^ab[c-fЖ]*$", re.IGNORECASE | re.MULTILINE), ("(?x) a b # c", 0), ("(?<!a)b(?=c)(?:d|e){2,5}?", re.ASCII)]


def test_patterns_come_back_as_they_were(tmp_path: Path) -> None:
    made = f"for one in {[(a, int(b)) for a, b in TRIED]!r}: p = re.compile(*one); print(p.pattern, p.flags, p.groups, dict(p.groupindex))"
    many = "for number in range(20): re.compile(f'a{number}')\n"
    first = _in_a_process(f"{many}{made}\npatterns.kept(folder, 0)", tmp_path)
    assert (tmp_path / patterns.NAME).is_file()
    check = "import re._compiler as c; c.compile = None\nassert re.compile('(?P<a>x+)|b').fullmatch('xx')['a'] == 'xx'\n"
    again = _in_a_process(f"assert patterns.remembered(folder) > 20\n{check}{made}", tmp_path)
    assert first == again


@pytest.mark.parametrize("change", [{"python": []}, {"code": "ffffffff"}, {"code": "zz"}, {"patterns": [["a", 0]]}, {"patterns": 5}])
def test_damaged_patterns_are_compiled_anew(tmp_path: Path, change: dict[str, object]) -> None:
    many = "for number in range(20): re.compile(f'a{number}')\n"
    _in_a_process(f"{many}patterns.kept(folder, 0)", tmp_path)
    path = tmp_path / patterns.NAME
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    said = _in_a_process(f"patterns.remembered(folder)\n{many}print(bool(re.fullmatch('a7', 'a7')), re.fullmatch('a7', 'b'))", tmp_path)
    assert said == "True None\n"
    path.write_bytes(b"\xff")
    assert patterns.remembered(tmp_path) == 0
    assert patterns.remembered(tmp_path / "nowhere") == patterns.remembered(None) == 0
