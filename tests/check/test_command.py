from __future__ import annotations

import pytest

from auditor.check.command import commands
from auditor.findings import Severity, Verdict
from auditor.parse import parse
from auditor.read import decode
from tests.check.single import findings, outcomes, shown, verdicts


def report(command: str, plan: str = "- GPUs used: 32\n") -> str:
    return f"# Plan\n\n{plan}\n## Launch\n\n```bash\n{command}\n```\n"


def test_commands_keep_flags_programs_and_variables_apart() -> None:
    document = parse(decode(report("export NCCL_DEBUG=INFO\ntorchrun --nproc_per_node=8 --nnodes 4 train.py --tp-size 2").encode(), "r.md"))
    exported, launch = commands(document)
    assert [(flag.name, flag.value) for flag in exported.variables] == [("NCCL_DEBUG", "INFO")]
    assert [(flag.name, flag.value, flag.programs[-1]) for flag in launch.flags] == [
        ("--nproc_per_node", "8", "torchrun"),
        ("--nnodes", "4", "torchrun"),
        ("script", "train.py", "torchrun"),
        ("--tp-size", "2", "train.py"),
    ]


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("torchrun --nproc_per_node=8 --nnodes=4 train.py", Verdict.HELD),
        ("torchrun --nproc_per_node=8 --nnodes=8 train.py", Verdict.CONTRADICTED),
        ("torchrun --nproc_per_node=8 train.py", Verdict.UNDETERMINED),
        ("torchrun --nproc_per_node=64 train.py", Verdict.CONTRADICTED),
        ("python -m torch.distributed.run --nproc-per-node 8 --nnodes 2 train.py", Verdict.CONTRADICTED),
        ("deepspeed --num_gpus 8 --num_nodes 4 train.py", Verdict.HELD),
        ("accelerate launch --num_processes 32 --num_machines 4 train.py", Verdict.HELD),
        ("accelerate launch --num_processes 16 --num_machines 4 train.py", Verdict.CONTRADICTED),
    ],
)
def test_processes_against_gpus(command: str, verdict: Verdict) -> None:
    assert verdicts(report(command), "launch-size") == {verdict}


def test_a_placeholder_for_the_nodes_is_worth_knowing_only() -> None:
    (finding,) = findings(report("NODES=1\ntorchrun --nproc_per_node=8 --nnodes=$NODES train.py"), "launch-size")
    assert finding.severity is Severity.INFO


def test_a_number_from_a_variable_is_a_warning() -> None:
    (finding,) = findings(report("PER_NODE=8\ntorchrun --nproc_per_node=$PER_NODE --nnodes=8 train.py"), "launch-size")
    assert finding.severity is Severity.WARNING


def test_a_number_of_gpus_in_passing_is_not_the_plan() -> None:
    text = report("torchrun --nproc_per_node=8 --nnodes=2 train.py", "Folding needs 8 GPUs where the older mapping took 64.\n")
    assert Verdict.CONTRADICTED not in verdicts(text, "launch-size")


def test_nothing_is_launched_twice_as_large_for_nothing() -> None:
    text = report("torchrun --nproc_per_node=8 --nnodes=4 train.py\ntorchrun --nproc_per_node=8 --nnodes=8 benchmark.py")
    assert findings(text, "launch-size") == []


def test_ranks() -> None:
    both = "torchrun --nproc_per_node=8 --nnodes=2 --node_rank=0 t.py\ntorchrun --nproc_per_node=8 --nnodes=2 --node_rank=1 t.py"
    assert verdicts(report(both), "node-rank") == {Verdict.HELD}
    (finding,) = findings(report(both.replace("rank=1", "rank=2")), "node-rank")
    assert finding.expected == "rank 1 at most"
    (finding,) = findings(report(both.replace("rank=1", "rank=0")), "node-rank")
    assert finding.severity is Severity.WARNING


def test_visible_devices_hold_for_the_commands_of_their_section() -> None:
    text = report("export CUDA_VISIBLE_DEVICES=0,1\ntorchrun --nproc_per_node=4 train.py")
    (finding,) = findings(text, "visible-devices")
    assert shown(text, finding) == "4"
    apart = "# A\n\n```bash\nexport CUDA_VISIBLE_DEVICES=0,1\n```\n\n# B\n\n```bash\ntorchrun --nproc_per_node=4 train.py\n```\n"
    assert [outcome.verdict for outcome in outcomes(apart, "visible-devices")] in ([], [Verdict.CONTRADICTED])


def test_a_flag_against_the_plan() -> None:
    plan = "- Tensor parallelism: 8\n- Pipeline parallelism: 2\n"
    assert findings(report("vllm serve m/x --tensor-parallel-size 8", plan), "flag-against-plan") == []
    (finding,) = findings(report("vllm serve m/x --tensor-parallel-size 4", plan), "flag-against-plan")
    assert (finding.claimed, finding.expected) == ("4", "8")


def test_commands_that_differ_are_several_configurations() -> None:
    plan = "- Tensor parallelism: 8\n- Pipeline parallelism: 2\n"
    text = report("vllm serve m/x --tensor-parallel-size 4\nvllm serve m/x --tensor-parallel-size 2", plan)
    assert findings(text, "flag-against-plan") == []


def test_a_flag_given_twice() -> None:
    (finding,) = findings(report("torchrun --nproc_per_node=8 t.py --lr 1e-4 --seq-length 4096 --seq_length 8192"), "flag-twice")
    assert (finding.claimed, finding.expected) == ("8192", "4096")
    assert findings(report("docker run -v a:b -v c:d image"), "flag-twice") == []


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("vllm serve m/x --tensor-paralel-size 2", "--tensor-parallel-size"),
        ("torchrun --nproc_per_nods=8 t.py", "--nproc_per_node"),
        ("python -m sglang.launch_server --model-path m --mem-fraction-statik 0.8", "--mem-fraction-static"),
    ],
)
def test_a_slip_is_named(command: str, meant: str) -> None:
    (finding,) = findings(report(command), "unknown-flag")
    assert finding.expected == meant


@pytest.mark.parametrize(
    "command",
    [
        "torchrun --nproc-per-node=8 --standalone t.py --nproc-per-nods 3",
        "vllm serve m/x --no-enable-prefix-caching --some-new-thing 3",
        "vllm serve m/x --compilation-config.level 3",
        "some-tool --nproc_per_nods=8",
        "torchrun --nproc_per_n=8 t.py",
    ],
)
def test_what_is_known_abbreviated_or_not_ours_is_left_alone(command: str) -> None:
    assert findings(report(command), "unknown-flag") == []


def test_variables() -> None:
    assert findings(report("export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True\nexport VLLM_NEW_THING=1"), "unread-variable") == []
    (finding,) = findings(report("export PYTORCH_TURBO=1"), "unread-variable")
    assert finding.severity is Severity.WARNING
    (finding,) = findings(report("export NCCL_IB_DISABLED=1"), "unread-variable")
    assert finding.expected == "NCCL_IB_DISABLE"
    assert findings(report('export PYTORCH_TURBO=1\n```\n\n```python\nturbo = os.environ["PYTORCH_TURBO"]'), "unread-variable") == []


GRID = "- Total GPUs: 8\n- Tensor parallelism: 4\n- Pipeline parallelism: 2\n\n```python\n{}\n```\n"


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("for s in range(2):\n    tp_group = dist.new_group(list(range(s * 4, s * 4 + 4)))", 0),
        ("for s in range(3):\n    tp_group = dist.new_group(list(range(s * 4, s * 4 + 4)))", 1),
        ("for s in range(4):\n    tp_group = dist.new_group(list(range(s, s + 4)))", 1),
        ("for s in range(4):\n    tp_group = dist.new_group(list(range(s * 2, s * 2 + 2)))", 1),
        ("for s in range(4):\n    pp_group = dist.new_group([s, s + 4])", 0),
        ("for s in range(2):\n    other = dist.new_group(list(range(s * 4, s * 4 + 4)))", 0),
    ],
)
def test_groups_built_in_code(code: str, count: int) -> None:
    assert len(findings(GRID.format(code), "process-groups")) == count


def test_a_node_is_not_crowded() -> None:
    plan = "- GPUs per node: 8\n- Nodes: 2\n"
    assert verdicts(report("torchrun --nproc_per_node=8 --nnodes=2 t.py", plan), "processes-per-node") == {Verdict.HELD}
    (finding,) = findings(report("torchrun --nproc_per_node=16 t.py", plan), "processes-per-node")
    assert finding.expected == "8 at most"
