from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.claims.process_groups import Built, Placed, code_of
from auditor.parse import parse
from auditor.read import decode


def built(code: str) -> list[Built]:
    text = f"# Groups\n\n```python\n{code}\n```\n"
    return code_of(parse(decode(text.encode(), "report.md")))[0]


def sets(code: str) -> list[tuple[str, list[str]]]:
    return [(one.kind, [str(group) for group in one.groups]) for one in built(code)]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6))
def test_a_grid_is_worked_out(tensor: int, pipeline: int) -> None:
    code = (
        f"tp_size = {tensor}\n"
        + f"pp_size = {pipeline}\n"
        + "for stage in range(pp_size):\n"
        + "    tp_group = dist.new_group(list(range(stage * tp_size, (stage + 1) * tp_size)))\n"
        + "for lane in range(tp_size):\n"
        + "    pp_group = dist.new_group([lane + stage * tp_size for stage in range(pp_size)])\n"
    )
    first, second = built(code)
    assert (first.kind, second.kind) == ("tensor group", "pipeline group")
    assert [list(group) for group in first.groups] == [list(range(one * tensor, (one + 1) * tensor)) for one in range(pipeline)]
    assert [list(group) for group in second.groups] == [[lane + one * tensor for one in range(pipeline)] for lane in range(tensor)]


def test_names_come_from_members_lists_ranks_and_comments() -> None:
    member = "class C:\n  def setup(self):\n    self.n = 2\n    g = new_group(list(range(self.n)))\n    self.tensor_parallel_group = g"
    assert sets(member) == [("tensor group", ["0-1"])]
    assert sets("ep_groups.append(dist.new_group([0, 2]))") == [("expert group", ["0, 2"])]
    assert sets("dp_ranks = [1, 3]\nx = dist.new_group(dp_ranks)") == [("data group", ["1, 3"])]
    assert sets("# pipeline parallel groups\nx = dist.new_group(ranks=[0, 4])") == [("pipeline group", ["0, 4"])]


def test_the_place_is_where_the_ranks_are_given() -> None:
    text = "```python\nπ = 1\ntp_ranks = [0, 1]\ng = dist.new_group(tp_ranks)\n```\n"
    (one,) = code_of(parse(decode(text.encode(), "report.md")))[0]
    assert text[one.span.start : one.span.end] == "[0, 1]"
    assert text[one.call.start : one.call.end] == "dist.new_group(tp_ranks)"


def placed(code: str) -> list[Placed]:
    return code_of(parse(decode(f"```python\n{code}\n```\n".encode(), "report.md")))[1]


def test_layers_are_counted_for_each_rank() -> None:
    (one,) = placed(
        "for layer in range(6):\n    for part in range(2):\n        assign_to_gpu(layer, part, list(range(8))[part * 4 : part * 4 + 4])"
    )
    assert (one.layers, one.rank) == (6, 0)
    (one,) = placed("for layer in range(6):\n    assign_to_gpu(layer, [layer // 3])")
    assert one.layers == 3
    assert placed("for layer in range(6):\n    print(layer, [0])") == []


def test_what_the_code_does_not_say_is_left_out() -> None:
    assert sets("ranks = list(range(dist.get_world_size()))\ntp_group = dist.new_group(ranks)") == []
    assert sets("n = int(os.environ['N'])\nfor i in range(n):\n    tp_group = dist.new_group([i])") == []
    assert sets("this is no python new_group(") == []


def test_hostile_code_ends() -> None:
    assert sets("for a in range(99999):\n    for b in range(99999):\n        tp_group = dist.new_group([a, b])") == []
    assert sets("tp_group = dist.new_group(list(range(10**9)))") == []
    assert sets("x = 9\n" + "x = x * x\n" * 60 + "tp_group = dist.new_group([x])") == []
    assert sets("tp_group = dist.new_group(" + "(" * 500 + "1" + ")" * 500 + ")") == []
    assert sets("tp_group = dist.new_group([" + "-" * 5000 + "1])") == []


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="tpg_ =range(list)[0123456789],:\n for in new_group*+-#", max_size=200))
def test_no_code_breaks_it(code: str) -> None:
    built(f"x = new_group([0])\n{code}")
