from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.claims.model import Claim, Role
from auditor.parse.commands import launches
from auditor.parse.sums import whole_sum
from auditor.pipeline import read_claims
from auditor.read import decode
from auditor.values import Interval
from tests.parse.reading import document, shown, values, where


def claims(script: str) -> tuple[Claim, ...]:
    return read_claims(decode(script.encode(), "run.sh")).claims


BRANCHES = """
if [ $SIZE = 7B ]; then
  ARGS+=(
    --num-layers 28
  )
  TP=2
elif [ $SIZE = 72B ]; then
  ARGS+=(--num-layers 80)
  TP=8
fi
torchrun --nproc-per-node 8 train.py ${ARGS[@]} --tensor-parallel-size $TP
"""


def test_what_only_a_branch_says_is_not_known_behind_it() -> None:
    read = values(BRANCHES, "sh")
    assert read["$torchrun > $train.py > --num-layers"] == "${ARGS[@]}"
    assert read["$torchrun > $train.py > --tensor-parallel-size"] == "$TP"
    assert not [claim for claim in claims(BRANCHES) if claim.role is Role.ACTUAL and claim.quantity in ("model.layers", "parallel.tensor")]


def test_what_every_branch_says_is_known_behind_it() -> None:
    text = "TP=4\nif [ $X = 1 ]; then TP=4; fi\ntorchrun train.py --tensor-parallel-size $TP\n"
    assert values(text, "sh")["$torchrun > $train.py > --tensor-parallel-size"] == "4"


def test_what_stands_behind_the_program_of_a_step_is_that_programs() -> None:
    read = values("srun --mpi=pmix $TESTS/all_reduce_perf -n 100\n", "sh")
    assert "$srun > -n" not in read


@pytest.mark.parametrize(
    ("command", "read"),
    [
        (
            "torchrun --nproc_per_node=8 --nnodes 2 train.py --tp 4 --fp16",
            {
                "$torchrun > --nproc_per_node": "8",
                "$torchrun > --nnodes": "2",
                "$torchrun > script": "train.py",
                "$torchrun > $train.py > --tp": "4",
                "$torchrun > $train.py > --fp16": "",
            },
        ),
        (
            "python -m torch.distributed.run --nproc-per-node 8 -m pkg.train --tp 4",
            {"$python -m torch.distributed.run > --nproc-per-node": "8", "$python -m torch.distributed.run > $pkg.train > --tp": "4"},
        ),
        ("python3 -u train.py --seq-length 4096", {"$python3 > script": "train.py", "$python3 > $train.py > --seq-length": "4096"}),
        (
            "srun -N2 --ntasks-per-node 8 python train.py trainer.num_nodes=2 ++model.tp=4",
            {
                "$srun > -N": "2",
                "$srun > --ntasks-per-node": "8",
                "$srun > $python > $train.py > trainer.num_nodes": "2",
                "$srun > $python > $train.py > ++model.tp": "4",
            },
        ),
        (
            "mpirun -np 16 -x NCCL_DEBUG=INFO ./bench --size 4",
            {"$mpirun > -np": "16", "$mpirun > NCCL_DEBUG": "INFO", "$mpirun > --size": "4"},
        ),
        ("deepspeed --num_gpus 8 train.py --zero 3", {"$deepspeed > --num_gpus": "8", "$deepspeed > $train.py > --zero": "3"}),
        (
            "accelerate launch --num_processes 8 train.py --lr 1e-5",
            {"$accelerate launch > --num_processes": "8", "$accelerate launch > $train.py > --lr": "1e-5"},
        ),
        (
            "vllm serve org/model-8b --tensor-parallel-size 4 -pp 2 --enable-expert-parallel",
            {
                "$vllm serve > model": "org/model-8b",
                "$vllm serve > --tensor-parallel-size": "4",
                "$vllm serve > -pp": "2",
                "$vllm serve > --enable-expert-parallel": "",
            },
        ),
        (
            "python -m sglang.launch_server --model-path a/b --tp 8 --trust-remote-code",
            {"$python -m sglang.launch_server > --tp": "8", "$python -m sglang.launch_server > --trust-remote-code": ""},
        ),
        ("trtllm-serve a/b --tp_size 8 --ep_size 4", {"$trtllm-serve > --tp_size": "8", "$trtllm-serve > --ep_size": "4"}),
        ("sudo nohup ray start --num-gpus 8", {"$ray start > --num-gpus": "8"}),
        (
            "docker run --gpus 8 --shm-size 32g image vllm serve m --tp 2",
            {"$docker run > --gpus": "8", "$docker run > $vllm serve > --tp": "2"},
        ),
        (
            "./scripts/train.sh --nodes 4 --gpus-per-node 8",
            {"$./scripts/train.sh > --nodes": "4", "$./scripts/train.sh > --gpus-per-node": "8"},
        ),
        ("CUDA_VISIBLE_DEVICES=0,1 python a.py", {"=CUDA_VISIBLE_DEVICES": "0,1", "$python > script": "a.py"}),
        ("export A=1 B='two words'", {"=A": "1", "=B": "two words"}),
        ('python a.py --ids 0 1 2 3 --name "x y"', {"$python > $a.py > --ids": "0 1 2 3", "$python > $a.py > --name": "x y"}),
        ("python a.py --shift -1 --rate=.5", {"$python > $a.py > --shift": "-1", "$python > $a.py > --rate": ".5"}),
        ("vllm serve m --override '{\"tp\": 8}'", {"$vllm serve > --override > .tp": "8"}),
    ],
)
def test_launchers(command: str, read: dict[str, str]) -> None:
    found = values(command, "sh")
    assert read.items() <= found.items()
    assert launches(command) or "A=1" in command


def test_continuations_comments_and_variables() -> None:
    text = r"""#!/bin/bash
#SBATCH --nodes=2
#SBATCH -n 16 --gpus-per-node 8
TP=${TP:-8}  # of 16
PP=4
WORLD=$(($TP*$PP))
# Prefill
torchrun --nproc_per_node $TP \
  --nnodes "${PP}" --world $WORLD \
  train.py --run "tp$TP" $1
"""
    read = values(text, "sh")
    assert read["$SBATCH > --nodes"] == "2"
    assert read["$SBATCH > -n"] == "16"
    assert read["$SBATCH > --gpus-per-node"] == "8"
    assert read["=TP"] == "8"
    assert read["=WORLD"] == "32"
    assert read["^Prefill > $torchrun > --nproc_per_node"] == "8"
    assert read["^Prefill > $torchrun > --nnodes"] == "4"
    assert read["^Prefill > $torchrun > --world"] == "32"
    assert read["^Prefill > $torchrun > $train.py > --run"] == "tp8"
    assert "code [=TP] of 16" in shown(text, "sh")


def test_a_value_put_in_stands_where_it_is_used() -> None:
    text = "TP=16\ntorchrun --nproc_per_node $TP train.py\n"
    flag = document(text, "sh").statements[1]
    assert flag.value.content == "16"
    assert text[flag.value.whole.start : flag.value.whole.end] == "$TP"


def test_arguments_in_arrays_keep_their_places() -> None:
    text = 'ARGS=(\n  --tp 8 # note\n  --fp16\n)\nOPTS="--mbs 1 --gbs 64"\ntorchrun ${ARGS[@]} $OPTS train.py "${ARGS[@]}"\n'
    read = values(text, "sh")
    assert read["$torchrun > --tp"] == "8"
    assert read["$torchrun > --gbs"] == "64"
    assert read["$torchrun > $train.py > --tp"] == "8"
    assert where(text, "8", "sh") == (2, 8)
    assert where(text, "64", "sh") == (5, 21)


def test_arguments_no_command_uses_are_read_too() -> None:
    assert values("ARGS=(--tp 8)\n", "sh") == {"=ARGS > --tp": "8"}


def test_a_console_has_prompts_and_output() -> None:
    text = "$ torchrun --nproc_per_node 8 \\\n>   train.py\nTotal GPUs: 16\n(env) user@host:~$ vllm serve m --tp 4\nok 5\n"
    read = values(text, "sh")
    assert read["$torchrun > --nproc_per_node"] == "8"
    assert read["$torchrun > script"] == "train.py"
    assert read[".Total GPUs"] == "16"
    assert read["$vllm serve > --tp"] == "4"
    assert any(one.value.content == "ok 5" for one in document(text, "sh").statements)


def test_tools_and_prose_are_code() -> None:
    for text in ("cd ../outputs/2025", "nvidia-smi -i 0,1", "watch -n 1 x", "echo 8 | tee log 5", "hello world 8"):
        assert {one.kind.value for one in document(text, "sh").statements} == {"code"}


def test_loops_heredocs_and_substitutions_are_not_run() -> None:
    text = "for i in 0 1; do python a.py --rank $i & done\ncat <<EOF > cfg\ntp: 4\nEOF\nX=$(rm -rf 8)\nY=`date 9`\nZ=$((2**99))\n"
    read = values(text, "sh")
    assert read["$python > $a.py > --rank"] == "$i"
    assert read[".tp"] == "4"
    assert read["=X"] == "$(rm -rf 8)"
    assert read["=Y"] == "`date 9`"
    assert read["=Z"] == "$((2**99))"


def test_expansion_is_bounded() -> None:
    text = "A=" + "x" * 1500 + "\n" + "torchrun --a $A$A$A\n" * 2000
    total = sum(len(one.value.content) for one in document(text, "sh").statements)
    assert total < 2_000_000
    doubling = "A=ab\n" + "A=$A$A\n" * 60
    assert max(len(one.value.content) for one in document(doubling, "sh").statements) < 10_000


@pytest.mark.parametrize(
    "line", ["python is slow", "ray tracing of 8", "The torchrun command", "nemo = 4", "swift: 4", "see train.py", "--tp 4"]
)
def test_text_that_only_looks_like_a_command(line: str) -> None:
    assert not launches(line)


def test_lines_of_text_in_a_shell_block_are_read_as_lines() -> None:
    assert values("GPUs: 8\nnemo = 4\n", "sh") == {".GPUs": "8", ".nemo": "4"}


def test_quotes_that_are_never_closed() -> None:
    assert values("torchrun --name it's --tp 4 a.py", "sh")["$torchrun > --tp"] == "4"


UNKNOWN = """
$7
${10}
$0
"$1"
$(nproc | head -n 1)
`wc -l < hosts4`
$((RANDOM % 8))
${HOST%%:8080}
$((4 * $UNSET))
$((10 / 4))
$((08 + 1))
$((2 ** 3))
$(( (3 + 1 ))
${NODES_64}x8
""".split("\n")[1:-1]


@pytest.mark.parametrize("written", UNKNOWN)
def test_what_only_a_run_can_fill_in_is_no_figure(written: str) -> None:
    statement = next(one for one in document(f"TP={written}\n", "sh").statements if one.label == "TP")
    assert statement.unknown
    assert not statement.defaults
    assert not [claim for claim in claims(f"TP={written}\ntorchrun train.py --tensor-model-parallel-size $TP\n") if "x8" not in written]


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("NODES=4\nWORLD_SIZE=$((NODES * 8))", 32),
        ("NODES=4\nWORLD_SIZE=$(($NODES*8))", 32),
        ("A=4\nB=2\nWORLD_SIZE=$(( (A + B) * ${B} - 2 ))", 10),
        ("N=64\nTP=8\nWORLD_SIZE=$((N / TP / 2))", 4),
        ("N=64\nWORLD_SIZE=$((N % 40))", 24),
    ],
)
def test_sums_of_known_numbers_are_known(script: str, value: int) -> None:
    (claim,) = (claim for claim in claims(script) if claim.quantity == "gpus")
    assert claim.interval == Interval.exact(value)
    assert claim.role is Role.ACTUAL


@pytest.mark.parametrize(
    "script",
    [
        "MBS=${MBS:-2}",
        "MBS=${3:-2}",
        "MBS=${MBS:=2}",
        "DEFAULT=${X-2}\nMBS=$DEFAULT",
        "MBS=${MBS:-${OTHER:-2}}",
        "N=${N:-1}\nMBS=$((N * 2))",
        "N=${N:-2}\ntorchrun train.py --micro-batch-size $N",
    ],
)
def test_a_default_holds_only_where_nothing_else_is_given(script: str) -> None:
    read = [claim for claim in claims(script) if claim.quantity == "batch.micro"]
    assert read
    assert {claim.role for claim in read} == {Role.EXAMPLE}
    assert {claim.interval for claim in read} == {Interval.exact(2)}


def test_a_value_that_is_given_is_no_default() -> None:
    read = claims("TP=4\ntorchrun train.py --tensor-model-parallel-size ${TP:-8}\n")
    assert [claim.role for claim in read] == [Role.ACTUAL, Role.ACTUAL]
    assert {claim.interval for claim in read} == {Interval.exact(4)}


_SUMS = st.recursive(
    st.integers(0, 9999).map(lambda number: (str(number), number)),
    lambda inner: st.builds(
        lambda sign, left, right: (f"({left[0]} {sign} {right[0]})", left[1] + right[1] if sign == "+" else left[1] * right[1]),
        st.sampled_from("+*"),
        inner,
        inner,
    ),
    max_leaves=6,
)


@given(_SUMS)
def test_sums_come_to_what_they_say(drawn: tuple[str, int]) -> None:
    text, value = drawn
    assert whole_sum(text, lambda _name: None) in (value, None)
    assert value > 10**15 or whole_sum(text, lambda _name: None) == value


@given(st.text(alphabet="0123456789ABx+-*/%() ${}", max_size=200))
def test_any_text_has_a_sum_or_none(text: str) -> None:
    value = whole_sum(text, {"A": 3, "B": 12}.get)
    assert value is None or abs(value) <= 10**15


def test_variables_in_a_fence_without_a_language() -> None:
    text = "```\nMASTER_ADDR=$(scontrol show hostnames $LIST | head -n 1)\nNODES=4\n```\n\n```\nA=3\nB=4\n```\n"
    kinds = [statement.kind.value for statement in document(text).statements]
    assert kinds == ["flag", "flag", "entry", "entry"]
