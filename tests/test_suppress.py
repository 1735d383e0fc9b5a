"""Words to the auditor: where they are heard, what they reach, what they do, and what is said of those that do nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import audit
from auditor.findings import Report, Withholding
from auditor.parse import parse
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.suppress import MOST, read
from auditor.withhold import suppressed

PLAN = "- GPUs: 16{}\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n- Data parallelism: 4\n"


def reaches(text: str, name: str = "report.md") -> list[tuple[str, str]]:
    """What each directive of a text says and the text it reaches."""
    document = parse(decode(text.encode(), name))
    return [(one.text.content, text[one.reach.start : one.reach.end]) for one in document.directives]


def audited(text: str, name: str = "report.md") -> Report:
    return suppressed(audit_source(decode(text.encode(), name)))


def counted(report: Report) -> list[str]:
    return [finding.name for finding in report.findings]


class TestWhereTheyAreHeard:
    @pytest.mark.parametrize(
        ("text", "reach"),
        [
            ("- a: 1 <!-- audit: ignore[x] -->\n- b: 2\n", "- a: 1 <!-- audit: ignore[x] -->"),
            ("<!-- audit: ignore[x] -->\n\na: 1\nb: 2\n", "a: 1"),
            ("<!-- audit: ignore[x]\n  over two lines -->\na: 1\n", "a: 1"),
            ("Text\n\n<!-- AUDIT: ignore[x] -->\n| a |\n|---|\n| 1 |\n\nText\n", "| a |\n|---|\n| 1 |"),
            ("| a | b |\n|---|---|\n| 1 | 2 <!-- audit: ignore[x] --> |\n", "| 1 | 2 <!-- audit: ignore[x] --> |"),
            ("<!-- audit: ignore[x] -->\n```sh\nrun --tp 4\n```\nText\n", "```sh\nrun --tp 4\n```"),
            ("> <!-- audit: ignore[x] -->\n> a: 1\n", "> a: 1"),
            ("- a: 1\n  <!-- audit: ignore[x] -->\n- b: 2\n", "- b: 2"),
            ("# Head 1 <!-- audit: ignore[x] -->\n", "# Head 1 <!-- audit: ignore[x] -->"),
            ("<!-- audit: ignore[x] --> a: 1\n", "<!-- audit: ignore[x] --> a: 1"),
            ("a: 1\n\n<!-- audit: ignore[x] -->\n", "<!-- audit: ignore[x] -->"),
            ("<table>\n<tr><td>1</td></tr> <!-- audit: ignore[x] -->\n</table>\n", "<tr><td>1</td></tr> <!-- audit: ignore[x] -->"),
            ("```yaml\ntp: 4  # audit: ignore[x]\npp: 2\n```\n", "tp: 4  # audit: ignore[x]"),
            ("---\ntp: 4  # audit: ignore[x]\n---\nText\n", "tp: 4  # audit: ignore[x]"),
        ],
    )
    def test_in_markdown(self, text: str, reach: str) -> None:
        assert reaches(text)[0][1] == reach
        assert len(reaches(text)) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "`<!-- audit: ignore[x] -->`\n",
            "```\n<!-- audit: ignore[x] -->\n```\n",
            "    <!-- audit: ignore[x] -->\n",
            "<!-- audited by us -->\n",
            "audit: ignore[x]\n",
            "\\<!-- audit: ignore[x] -->\n",
        ],
    )
    def test_what_is_no_comment_says_nothing(self, text: str) -> None:
        assert reaches(text) == []

    @pytest.mark.parametrize(
        ("name", "text", "reach"),
        [
            ("a.yaml", "tp: 4  # audit: ignore[x]\npp: 2\n", "tp: 4  # audit: ignore[x]"),
            ("a.yaml", "# audit: ignore[x]\nplan:\n  tp: 4\n\n  pp: 2\ndp: 1\n", "plan:\n  tp: 4\n\n  pp: 2"),
            ("a.yaml", "a:\n  - tp: 4\n  # audit: ignore[x]\n  - pp: 2\n    dp: 1\n  - ep: 1\n", "  - pp: 2\n    dp: 1"),
            ("a.toml", "tp = 4 # audit: ignore[x]\npp = 2\n", "tp = 4 # audit: ignore[x]"),
            ("a.toml", "# audit: ignore[x]\n\npp = 2\ntp = 1\n", "pp = 2"),
            ("a.sh", "# audit: ignore[x]\nrun \\\n  --tp 4\nother\n", "run \\\n  --tp 4"),
            ("a.sh", "run \\\n  --tp 4 # audit: ignore[x]\n", "run \\\n  --tp 4 # audit: ignore[x]"),
            ("a.sh", "export TP=4 # audit: ignore[x]\nexport PP=2\n", "export TP=4 # audit: ignore[x]"),
            ("a.py", "tp = 4  # audit: ignore[x]\npp = 2\n", "tp = 4  # audit: ignore[x]"),
            ("a.json", '{"tp": 4, // audit: ignore[x]\n "pp": 2}', '{"tp": 4, // audit: ignore[x]'),
            ("a.json", '{"a": {"$audit": "ignore[x]", "tp": 4}, "pp": 2}', '{"$audit": "ignore[x]", "tp": 4}'),
            ("a.json", '{"$audit": {"tp": "ignore[x]"}, "tp": [4], "pp": 2}', 'tp": [4]'),
            ("a.jsonl", '{"$audit": "ignore[x]", "tp": 4}\n{"tp": 8}\n', '{"$audit": "ignore[x]", "tp": 4}'),
            ("a.json", '{"page": "# Plan\\n- tp: 4 <!-- audit: ignore[x] -->\\n- pp: 2\\n"}', "- tp: 4 <!-- audit: ignore[x] -->"),
        ],
    )
    def test_in_data_and_scripts(self, name: str, text: str, reach: str) -> None:
        assert reaches(text, name) == [("ignore[x]", reach)]

    def test_several_texts_under_one_key(self) -> None:
        assert [said for said, _ in reaches('{"$audit": ["ignore[x] a", "ignore-file[y] b"], "tp": 4}', "a.json")] == [
            "ignore[x] a",
            "ignore-file[y] b",
        ]

    @pytest.mark.parametrize("name", ["a.md", "a.yaml", "a.sh", "a.toml"])
    def test_their_numbers_are_no_claims(self, name: str) -> None:
        sign = "<!-- audit: ignore-file[gpu-count] 99 GPUs, 3 * 3 = 10 -->" if name == "a.md" else "# audit: ignore-file[gpu-count] 99 GPUs"
        report = audited(f"{sign}\n\n", name)
        assert report.claims == 0
        assert report.coverage.labels == report.coverage.numbers

    def test_a_comment_above_a_table_takes_its_caption_away_from_nobody(self) -> None:
        table = "GPUs per stage:\n\n{}| Stage | GPUs |\n|---|---|\n| 0 | 8 |\n"
        bare, said = (parse(decode(table.format(one).encode(), "a.md")) for one in ("", "<!-- audit: ignore[x] -->\n"))
        assert [[str(label) for label in one.path] for one in bare.statements] == [
            [str(label) for label in one.path] for one in said.statements
        ]

    @given(st.text(max_size=60), st.sampled_from(["a.md", "a.yaml", "a.toml", "a.sh", "a.json", "a.py"]))
    def test_any_text_can_follow(self, text: str, name: str) -> None:
        source = decode(f"a: 1\n# audit: {text}\n<!-- audit: {text} -->\n".encode("utf-8", "replace"), name)
        found, faults = read(parse(source))
        places = [*(one.place for one in found), *(one.place for one in faults)]
        assert all(place.end <= len(source.text) for place in places)


class TestWhatTheyDo:
    @pytest.mark.parametrize(
        "text",
        [
            PLAN.format(" <!-- audit: ignore[gpu-count] two nodes are spare -->"),
            PLAN.format(" <!-- audit: ignore[LAY001]: two nodes are spare -->"),
            PLAN.format(" <!-- audit: ignore[layout] -->"),
            PLAN.format(" <!-- audit: ignore[LAY] -->"),
            PLAN.format(" <!-- audit: ignore[GPU-COUNT] -->"),
            PLAN.format(" <!-- audit: ignore[ALL] -->"),
            "<!-- audit: ignore[gpu-count] -->\n" + PLAN.format(""),
            "<!-- audit: ignore-start[gpu-count] -->\n\n" + PLAN.format("") + "\n<!-- audit: ignore-end[gpu-count] -->\n",
            "<!-- audit: ignore-start[gpu-count] -->\n\n" + PLAN.format("") + "\n<!-- audit: ignore-end -->\n",
            "# Plan\n\n<!-- audit: ignore-section[gpu-count] -->\n\n## Layout\n\n" + PLAN.format(""),
            PLAN.format("") + "\n<!-- audit: ignore-file[gpu-count] -->\n",
        ],
    )
    def test_the_finding_is_withheld(self, text: str) -> None:
        report = audited(text)
        assert counted(report) == []
        assert [(one.by, one.finding.name) for one in report.withheld] == [(Withholding.SUPPRESSED, "gpu-count")]

    def test_from_python_too(self) -> None:
        text = PLAN.format(" <!-- audit: ignore[gpu-count] -->")
        assert audit("plan.md", text).findings == ()
        assert counted(audit("plan.md", text, inline=False)) == ["gpu-count"]

    def test_its_reason_and_place_are_kept(self) -> None:
        text = PLAN.format(" <!-- audit: ignore[gpu-count]: two nodes are spare -->")
        held = audited(text).withheld[0]
        assert held.reason == "two nodes are spare"
        assert held.place is not None
        assert text[held.place.start : held.place.end].startswith("<!-- audit:")

    @pytest.mark.parametrize(
        "text",
        [
            PLAN.format("") + "\n<!-- audit: ignore[gpu-count] -->\n",
            PLAN.replace("elism: 2", "elism: 2 <!-- audit: ignore[gpu-count] -->").format(""),
            "# A\n\n<!-- audit: ignore-section[gpu-count] -->\n\n# B\n\n" + PLAN.format(""),
            "<!-- audit: ignore-start[gpu-count] -->\n\n<!-- audit: ignore-end -->\n\n" + PLAN.format(""),
        ],
    )
    def test_what_lies_elsewhere_stays(self, text: str) -> None:
        assert counted(audited(text)).count("gpu-count") == 1
        assert "unused-suppression" in counted(audited(text))

    def test_a_row_and_a_column(self) -> None:
        table = "{}| Setup | GPUs | TP | PP | DP |\n|---|---|---|---|---|\n| small | 16 | 4 | 2 | 4 |\n| large | 64 | 4 | 2 | 4 |\n"
        assert counted(audited(table.format(""))) == ["gpu-count", "gpu-count"]
        row = audited(table.format('<!-- audit: ignore-row[gpu-count] "small" on loan -->\n'))
        assert (counted(row), row.withheld[0].reason) == (["gpu-count"], "on loan")
        assert counted(audited(table.format('<!-- audit: ignore-column[gpu-count] "gpus" -->\n'))) == []
        assert counted(audited(table.format('<!-- audit: ignore-column[gpu-count] "TP" -->\n'))).count("gpu-count") == 2

    def test_in_an_object_of_json(self) -> None:
        plan = '{{{}"gpus": 16, "tensor_parallel_size": 4, "pipeline_parallel_size": 2, "data_parallel_size": 4}}'
        assert counted(audited(plan.format(""), "a.json")) == ["gpu-count"]
        for said in (
            '"$audit": "ignore[gpu-count] known", ',
            '"$audit": {"gpus": "ignore[gpu-count]"}, ',
            '"$audit": ["ignore[gpu-count]"], ',
        ):
            assert counted(audited(plan.format(said), "a.json")) == []
        assert counted(audited(plan.format('"$audit": {"tensor_parallel_size": "ignore[gpu-count]"}, '), "a.json")).count("gpu-count") == 1

    def test_all_does_not_hide_a_useless_suppression(self) -> None:
        text = "<!-- audit: ignore-file[ALL] -->\n\n" + PLAN.format("").replace("16", "32")
        assert counted(audited(text)) == ["unused-suppression"]
        assert counted(audited("<!-- audit: ignore-file[SUP] -->\n\n" + text)) == []

    def test_a_report_is_judged_alike_with_and_without_a_comment(self) -> None:
        bare, said = audited(PLAN.format("")), audited(PLAN.format(" <!-- audit: ignore[gpu-count] -->"))
        assert (bare.held, bare.contradicted, bare.undetermined) == (said.held, said.contradicted, said.undetermined)

    def test_more_of_them_than_anyone_writes(self) -> None:
        text = "x: 1 <!-- audit: ignore[nope] -->\n" * (MOST + 5)
        document = parse(decode(text.encode(), "a.md"))
        found, faults = read(document)
        assert (len(found), len(faults)) == (MOST, 5)


class TestWhatIsSaidOfThem:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("ignore", "ignore names no rule: write ignore[RULE]"),
            ("ignore[]", "names no rule"),
            ("ignroe[x]", "did you mean ignore?"),
            ("disable[x]", "it knows ignore, ignore-start"),
            ("ignore-row[x] Total", 'write ignore-row[RULE] "its head" reason'),
            ('ignore-column[x] "Total"', "there is no column 'Total' in a table below this comment or around it"),
            ("ignore-end", "ignore-end without an ignore-start"),
            ("ignore-start[x]", "ignore-start without an ignore-end"),
            ("", "is not what the auditor understands"),
        ],
    )
    def test_malformed(self, said: str, words: str) -> None:
        report = audited(f"<!-- audit: {said} -->\n\nText.\n")
        assert counted(report) == ["malformed-suppression"]
        assert words in report.findings[0].message

    def test_unknown(self) -> None:
        report = audited("<!-- audit: ignore-file[gpu-cuont, LAY001] -->\n\n" + PLAN.format(""))
        assert [(one.name, one.message) for one in report.findings] == [
            ("unknown-rule-in-suppression", "no rule, category or code prefix is called 'gpu-cuont'; did you mean gpu-count?")
        ]

    def test_unused_is_told_of_the_rule_that_is_not_needed(self) -> None:
        text = PLAN.format(" <!-- audit: ignore[gpu-count, MEM, weights-per-gpu] -->")
        report = audited(text)
        assert [text[one.place.span.start : one.place.span.end] for one in report.findings] == ["MEM", "weights-per-gpu"]

    def test_they_change_no_verdict(self) -> None:
        from auditor.render.run import conclusion

        report = audited("<!-- audit: nonsense -->\n\n" + PLAN.format("").replace("16", "32"))
        assert counted(report) == ["malformed-suppression"]
        assert conclusion(report)[0] == "consistent"
