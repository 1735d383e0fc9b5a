"""Logs and transcripts: each entry by itself, its stamp no number of the report."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parse.reading import document, shown, values
from tests.parse.test_properties import check

LOG = """[plan]   64 nodes x 8 GPUs = 512 GPUs
[plan]   layers: 58, and the tail of a long line goes
         on in the next, 8 stages

22:00:04  took over at step 18400
22:05:10  profile, seconds of one step:
            compute       24.6
            all-to-all     9.1
            total         33.7
          all-to-all is 27% of the step
2026-03-01T10:00:00.250Z [rank0] loss 1.9
"""


def test_the_entries_of_a_log_stand_for_themselves() -> None:
    assert shown(LOG, "log") == [
        "sentence [plan] 64 nodes x 8 GPUs = 512 GPUs",
        "sentence [plan > layers] 58, and the tail of a long line goes on in the next, 8 stages",
        "sentence [] took over at step 18400",
        "head [] profile, seconds of one step",
        "entry [^profile, seconds of one step > .compute] 24.6",
        "entry [^profile, seconds of one step > .all-to-all] 9.1",
        "entry [^profile, seconds of one step > .total] 33.7",
        "sentence [^profile, seconds of one step] all-to-all is 27% of the step",
        "sentence [] loss 1.9",
    ]


def test_the_turns_of_a_talk_are_their_speakers() -> None:
    text = "[00:46] INES: It has 32 layers, and we trained it on\n2 trillion tokens.\n[02:12] MARK: How long?\n"
    assert shown(text, "txt") == ["sentence [INES] It has 32 layers, and we trained it on 2 trillion tokens.", "sentence [MARK] How long?"]
    bare = "INES: It has 32 layers, and that is about all there is to say of it, of\ncourse with 8 heads.\nMARK: Fine.\n"
    assert values(bare) == {
        "INES": "It has 32 layers, and that is about all there is to say of it, of course with 8 heads.",
        "MARK": "Fine.",
    }


def test_brackets_and_times_in_prose_are_no_stamps() -> None:
    assert shown("[1] A paper of 8 pages\nthat goes on.\n") == ["sentence [] [1] A paper of 8 pages that goes on."]
    assert shown("[see below] for 8 GPUs and the\nrest.\n") == ["sentence [] [see below] for 8 GPUs and the rest."]
    assert shown("The run stopped at\n10:30 with 8 GPUs.\n") == ["sentence [] The run stopped at 10:30 with 8 GPUs."]


def test_lines_set_in_under_a_short_one_stand_for_themselves() -> None:
    text = "SUMMARY (all times UTC)\n  steps done 651 of 699\n  tokens 21.8B\nTODO: decide\n"
    assert shown(text, "log") == [
        "sentence [] SUMMARY (all times UTC)",
        "sentence [] steps done 651 of 699",
        "sentence [] tokens 21.8B",
        "sentence [TODO] decide",
    ]
    wrapped = "A paragraph of a letter whose first line is no shorter than others are\n  and whose second is set in goes on with 8 GPUs.\n"
    assert len(document(wrapped).statements) == 1


CLOCK = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)).map(lambda one: "{:02}:{:02}:{:02}".format(*one))


@settings(deadline=None)
@given(
    st.lists(st.tuples(CLOCK, st.integers(1, 10**6)), min_size=1, max_size=8), st.sampled_from(["{}  ", "[{}] ", "{} | ", "2026-03-01 {} "])
)
def test_no_number_of_a_stamp_is_read(entries: list[tuple[str, int]], form: str) -> None:
    read = document("".join(f"{form.format(clock)}we run on {count} GPUs\n" for clock, count in entries), "log")
    check(read)
    assert [one.value.content for one in read.statements] == [f"we run on {count} GPUs" for _, count in entries]
