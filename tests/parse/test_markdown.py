from __future__ import annotations

from textwrap import dedent

from auditor.statements import Kind, LabelKind
from tests.parse.reading import document, shown, values, where


def md(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_headings_are_the_path_of_what_is_below() -> None:
    text = md("""
        # Plan
        ## Hardware ##
        - GPUs: 16
        ## Speed
        27 ms
        Setext 8
        ========
        - x: 1
    """)
    assert shown(text) == [
        "heading [] Plan",
        "heading [#Plan] Hardware",
        "item [#Plan > #Hardware > GPUs] 16",
        "heading [#Plan] Speed",
        "heading [] 27 ms Setext 8",
        "item [#27 ms Setext 8 > x] 1",
    ]
    levels = [label.level for label in document(text).statements[2].path if label.kind is LabelKind.HEADING]
    assert levels == [1, 2]


def test_bullets_nest_and_know_their_parents() -> None:
    text = md("""
        - **Memory per GPU**:
          - Weights: 17.5 GB
          - KV cache
            - Prefill: 4 GB
        1) TP: 4
           - reduced from 8
    """)
    assert shown(text) == [
        "head [] Memory per GPU",
        "item [Memory per GPU > Weights] 17.5 GB",
        "item [Memory per GPU] KV cache",
        "item [Memory per GPU > KV cache > Prefill] 4 GB",
        "item [TP] 4",
        "item [TP] reduced from 8",
    ]
    read = document(text).statements
    assert [one.parent for one in read] == [None, 0, 0, 2, None, 4]
    assert [one.depth for one in read] == [0, 1, 1, 2, 0, 1]
    assert read[1].group == read[2].group != read[0].group


def test_a_label_with_a_number_is_a_statement_too() -> None:
    assert shown("- Stage 0 (layers 0-7): 8 GPUs") == ["head [] Stage 0 (layers 0-7)", "item [Stage 0 (layers 0-7)] 8 GPUs"]


def test_lines_of_a_paragraph_join_unless_they_have_labels_of_their_own() -> None:
    text = md("""
        The plan uses 16 GPUs in all, each of which holds a quarter of the weights of
        the model: no more.

        GPUs: 16
        TP: 4
        and more

        ✅ one 1
        ✅ two 2

        hard 1\x20\x20
        break 2

        - first: 1
          goes on 2
    """)
    assert [line for line in shown(text) if not line.startswith("head")] == [
        "sentence [] The plan uses 16 GPUs in all, each of which holds a quarter of the weights of the model: no more.",
        "sentence [GPUs] 16",
        "sentence [TP] 4 and more",
        "sentence [] ✅ one 1",
        "sentence [] ✅ two 2",
        "sentence [] hard 1",
        "sentence [] break 2",
        "item [first] 1 goes on 2",
    ]


def test_a_line_with_a_colon_leads_what_follows() -> None:
    text = md("""
        We tried. Memory per GPU (TP=4):

        - Weights: 5

        | a | b |
        |---|---|
        | 1 | 2 |
    """)
    assert shown(text)[:3] == ["sentence [] We tried.", "head [] Memory per GPU (TP=4)", "item [^Memory per GPU (TP=4) > Weights] 5"]
    assert "cell [row 1 > col b] 2" in shown(text)


def test_a_bold_line_is_a_title_up_to_the_next() -> None:
    text = md("""
        # H

        **Option A:**

        - TP: 4

        More about it: 5

        **Option B**
        TP is 8 here.

        ## Next
        x: 1
    """)
    assert shown(text) == [
        "heading [] H",
        "head [#H] Option A",
        "item [#H > ^Option A > TP] 4",
        "sentence [#H > ^Option A > More about it] 5",
        "head [#H] Option B",
        "sentence [#H > ^Option B] TP is 8 here.",
        "heading [#H] Next",
        "sentence [#H > #Next > x] 1",
    ]


def test_a_short_line_above_a_structure_leads_it() -> None:
    text = "**Total GPUs**: 16\n- Breakdown: 4 × 4\n\nThe run, measured\n\n- ttft: 5\n"
    assert shown(text) == [
        "sentence [Total GPUs] 16",
        "item [^Total GPUs > Breakdown] 4 × 4",
        "sentence [] The run, measured",
        "item [^The run, measured > ttft] 5",
    ]


def test_ticks_and_boxes_stay_with_the_value() -> None:
    assert shown("- [x] Fits: 5 of 8\n- ✅ 4 GPUs\n- ❌ **Speed**: 9") == [
        "item [Fits] [x] 5 of 8",
        "item [] ✅ 4 GPUs",
        "item [Speed] ❌ 9",
    ]


def test_struck_text_is_marked() -> None:
    assert shown("- TP: ~~8~~ 4\n- ~~PP: 2~~\n") == ["item [TP] 4", "item [TP] 8 (struck)", "item [PP] 2 (struck)"]


def test_comments_are_struck_code() -> None:
    assert shown("<!-- was 16 -->\n\ntext 8\n") == ["code [] was 16 (struck)", "sentence [] text 8"]


def test_quotes_footnotes_and_definitions() -> None:
    text = md("""
        > **Note**: 16 GPUs
        > - Spare: 2

        > [!WARNING]
        > Only 4 left.

        See [the page][p] for 8[^n].

        [^n]: measured with 9

        [p]: http://example.com/10
    """)
    assert shown(text) == [
        "sentence [Note] 16 GPUs",
        "item [^Note > Spare] 2",
        "sentence [] Only 4 left.",
        "sentence [] See the page for 8.",
        "sentence [] measured with 9",
    ]


def test_front_matter_and_modules() -> None:
    text = '---\ntitle: "Plan"\ntp: 4\n---\nimport Chart from "./chart"\n\n<Note>\n- MFU: 45%\n</Note>\n'
    assert shown(text, "mdx") == ["entry [.title] Plan", "entry [.tp] 4", "item [MFU] 45%"]
    assert shown("+++\ntp = 4\n+++\nx: 1\n") == ["entry [.tp] 4", "sentence [x] 1"]
    assert shown("---\n\ntext 8\n") == ["sentence [] text 8"]


def test_details_and_tags_are_read_through() -> None:
    text = md("""
        <details>
        <summary>Eight GPUs, 8B</summary>

        - TP: 8

        </details>

        <div align="center"><h2>Speed &lt; 9</h2>

        - x: 1
        </div>
    """)
    read = shown(text)
    assert "item [^Eight GPUs, 8B > TP] 8" in read
    assert "heading [] Speed < 9" in read
    assert any(line.startswith("item [x]") or line.endswith("> x] 1") for line in read)


def test_code_spans_with_commands_are_read_as_commands() -> None:
    assert values("- Run: `torchrun --nproc_per_node=8 train.py --tp 4`") == {
        "Run > $torchrun > --nproc_per_node": "8",
        "Run > $torchrun > script": "train.py",
        "Run > $torchrun > $train.py > --tp": "4",
    }


def test_fences_are_read_by_their_language() -> None:
    text = md("""
        Layout:

        ```json
        {"tp": 4}
        ```
        ```yaml
        pp: 2
        ```
        ```toml
        dp = 3
        ```
        ```bash
        vllm serve m --tp 5
        ```
        ```python
        EP = 6
        ```
        ```
        sp = 7
        ```
        ```csv
        name,gpus
        a,8
        ```
        ```diff
        - cp: 9
        + cp: 10
        ```
        ```markdown
        - vp: 11
        ```
    """)
    read = values(text)
    assert {path.split(" ")[-1]: value for path, value in read.items()} == {
        ".tp": "4",
        ".pp": "2",
        ".dp": "3",
        "model": "m",
        "--tp": "5",
        ".EP": "6",
        ".sp": "7",
        "name": "a",
        "gpus": "8",
        ".cp": "9",
        "vp": "11",
    }
    assert "entry [.cp] 9 (struck)" in shown(text)
    assert "entry [.cp] 10" in shown(text)
    assert next(path for path in read if path.endswith(".tp")) == "^Layout > .tp"


def test_a_fence_names_its_file() -> None:
    assert shown('```yaml title="train.yaml"\ntp: 4\n```') == ["entry [file train.yaml > .tp] 4"]
    assert shown("```config.json\n{\"tp\": 4}\n```") == ["entry [file config.json > .tp] 4"]  # fmt: skip


def test_a_fence_that_is_never_closed_does_not_swallow_the_report() -> None:
    text = "```\nx: 1\n\n## Speed\n- TTFT: 5\n\n## Memory\n- used: 6\n"
    read = document(text)
    assert values(text)["#Speed > TTFT"] == "5"
    assert "never closed" in read.notes[0].message


def test_a_fence_in_a_list_and_in_a_quote() -> None:
    text = "- Setup:\n\n  ```\n  tp = 4\n    deep = 5\n  ```\n\n> ```\n> pp = 2\n> ```\n"
    assert values(text) == {"Setup > .tp": "4", "Setup > .tp > .deep": "5", ".pp": "2"}
    assert where(text, "5") == (5, 12)
    assert where(text, "2") == (9, 8)


def test_positions_are_those_of_the_file() -> None:
    text = "# A\r\n\r\n> - **GPUs**:  `16` \r\n>   and\tmore\r\n\r\n| a | b\\|c |\r\n|---|---|\r\n| 1 |  **22** |\r\n"
    assert where(text, "16 and\tmore") == (3, 17)
    assert where(text, "22") == (8, 10)
    assert where(text, "b|c") == (6, 7)


def test_indented_blocks_are_lines() -> None:
    assert shown("Text.\n\n    tp = 4\n      pp = 2\n") == ["sentence [] Text.", "entry [.tp] 4", "entry [.tp > .pp] 2"]


def test_deeply_nested_text_is_not_lost() -> None:
    text = "> " * 150 + "GPUs: 8"
    assert any("8" in one.value.content for one in document(text).statements)


def test_headings_in_lists_and_quotes_stay_there() -> None:
    text = "# A\n\n> ## Quoted 5\n> x: 1\n\ny: 2\n"
    assert values(text) == {"#A > #Quoted 5 > x": "1", "#A > y": "2"}


def test_kinds() -> None:
    kinds = {one.kind for one in document("# h\n\n- a: 1\n\ntext\n\n| a |\n|---|\n| 1 |\n").statements}
    assert kinds == {Kind.HEADING, Kind.ITEM, Kind.SENTENCE, Kind.HEAD, Kind.CELL}
