"""Process groups that are written out rank by rank."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.listed_groups import ListedGroups, read_listed
from auditor.parse import parse
from auditor.read import decode


def listed(text: str) -> list[ListedGroups]:
    return list(read_listed(parse(decode(text.encode(), "report.md"))))


def test_a_list_is_read_with_its_axis() -> None:
    (found,) = listed("- Expert parallel groups: (0, 2), (1, 3), (4, 6), ...\n")
    assert (found.kind, found.groups) == ("expert group", ((0, 2), (1, 3), (4, 6)))


def test_what_is_no_list_of_groups_is_none() -> None:
    for text in (
        "- TP groups: (0, 1)\n",  # one bracket may be anything
        "- TP groups: (0, 1), (2, 3, 4)\n",  # not equally large
        "- TP groups: (0, 1), (1, 2)\n",  # a rank in common
        "- Mesh shapes: (4, 2), (8, 1)\n",
        "- Groups: (0, 1), (2, 3)\n",  # of which axis?
    ):
        assert not listed(text)


@given(size=st.integers(2, 6), groups=st.integers(2, 8), stride=st.booleans(), bracket=st.sampled_from(("()", "[]", "{}")))
def test_every_list_written_is_the_list_read(size: int, groups: int, stride: bool, bracket: str) -> None:
    ranks = [[one + group * size if not stride else group + one * groups for one in range(size)] for group in range(groups)]
    text = ", ".join(bracket[0] + ", ".join(map(str, ids)) + bracket[1] for ids in ranks)
    (found,) = listed(f"- DP groups: {text}\n")
    assert [list(group) for group in found.groups] == ranks
    assert (found.kind, found.size) == ("data group", size)
