"""Which words start programs: what tells a launch command from other text, and how its words fall into parts."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["CARRIES", "DECLARES", "LAUNCHERS", "PREFIXES", "PROMPT", "SCRIPT", "SUBCOMMANDS", "SWITCHES", "TOOLS", "launches"]

PROMPT: Final = re.compile(r"\s{0,200}(?:\([\w.-]{1,40}\)\s{0,8})?(?:\[?[\w.-]{1,60}@[\w.-]{1,60}[:\s]?[\w~/.-]{0,100}\]?)?[$%❯]\s+(?=\S)")
SCRIPT: Final = re.compile(r"[^\s=]{1,300}\.(?:py|sh|bash|slurm|sbatch)")
_STARTS: Final = re.compile(r"(?:(?:sudo|nohup|time|exec|env)\s+|[A-Z_][A-Z0-9_]{0,60}=\S{0,200}\s+){0,8}(?:\./)?([\w.\-/]{1,80})")

PREFIXES: Final = frozenset(
    {"sudo", "nohup", "time", "exec", "env", "command", "do", "then", "else", "elif", "if", "while", "!", "{", "&&"}
)
DECLARES: Final = frozenset({"export", "declare", "local", "readonly", "typeset", "set", "setenv"})
TOOLS: Final = frozenset(
    {
        "cd",
        "ls",
        "mkdir",
        "cp",
        "mv",
        "rm",
        "rmdir",
        "ln",
        "echo",
        "printf",
        "cat",
        "head",
        "tail",
        "grep",
        "sed",
        "awk",
        "find",
        "sort",
        "uniq",
        "wc",
        "tee",
        "touch",
        "chmod",
        "chown",
        "source",
        ".",
        "pip",
        "pip3",
        "conda",
        "mamba",
        "apt",
        "apt-get",
        "yum",
        "git",
        "wget",
        "curl",
        "tar",
        "unzip",
        "nvidia-smi",
        "watch",
        "ps",
        "kill",
        "top",
        "htop",
        "which",
        "export",
        "unset",
        "alias",
        "module",
        "ulimit",
        "sleep",
        "wait",
        "exit",
        "return",
        "true",
        "false",
        "test",
        "[",
        "[[",
        "pwd",
        "date",
        "df",
        "du",
        "free",
        "lscpu",
        "nvcc",
        "ssh",
        "scp",
        "rsync",
        "make",
        "cmake",
        "huggingface-cli",
        "for",
        "case",
        "fi",
        "done",
        "esac",
        "function",
        "}",
        "fi;",
        "pytest",
    }
)
LAUNCHERS: Final = frozenset(
    {
        "torchrun",
        "srun",
        "sbatch",
        "salloc",
        "mpirun",
        "mpiexec",
        "deepspeed",
        "accelerate",
        "vllm",
        "sglang",
        "trtllm-serve",
        "trtllm-build",
        "trtllm-bench",
        "ray",
        "composer",
        "python",
        "python3",
        "python2",
        "ipython",
        "uv",
        "poetry",
        "pipenv",
        "horovodrun",
        "lightning",
        "nemo",
        "nemo_run",
        "automodel",
        "ilab",
        "axolotl",
        "llamafactory-cli",
        "colossalai",
        "oneflow",
        "docker",
        "podman",
        "singularity",
        "apptainer",
        "enroot",
        "kubectl",
        "jsrun",
        "aprun",
        "flux",
        "dora",
        "tune",
        "lmdeploy",
        "text-generation-launcher",
        "tritonserver",
        "genai-perf",
        "nsys",
        "ncu",
        "numactl",
        "taskset",
        "timeout",
        "pdsh",
        "parallel-ssh",
        "bash",
        "sh",
        "xargs",
        "swift",
        "megatron",
        "torchx",
        "torchtune",
        "litgpt",
        "mlx_lm.server",
        "llama-server",
        "./llama-server",
        "mlc_llm",
        "dynamo",
        "aiconfigurator",
        "bitsandbytes",
        "unsloth",
    }
)
CARRIES: Final = frozenset(
    {
        "srun",
        "mpirun",
        "mpiexec",
        "docker",
        "podman",
        "singularity",
        "apptainer",
        "enroot",
        "numactl",
        "taskset",
        "timeout",
        "nsys",
        "ncu",
        "uv",
        "poetry",
        "pipenv",
        "jsrun",
        "aprun",
        "flux",
        "pdsh",
        "torchx",
        "parallel-ssh",
        "ray",
        "kubectl",
        "xargs",
        "salloc",
    }
)
"""Programs that start the program named behind their own flags."""
SUBCOMMANDS: Final = {
    "vllm": frozenset({"serve", "bench", "chat", "complete"}),
    "accelerate": frozenset({"launch", "config", "estimate-memory"}),
    "ray": frozenset({"start", "job", "submit", "up", "exec"}),
    "docker": frozenset({"run", "exec"}),
    "podman": frozenset({"run", "exec"}),
    "uv": frozenset({"run"}),
    "poetry": frozenset({"run"}),
    "pipenv": frozenset({"run"}),
    "nsys": frozenset({"profile"}),
    "lmdeploy": frozenset({"serve", "lite", "convert"}),
    "kubectl": frozenset({"exec", "apply", "run", "scale"}),
    "singularity": frozenset({"exec", "run"}),
    "apptainer": frozenset({"exec", "run"}),
    "tune": frozenset({"run"}),
    "sglang": frozenset({"serve"}),
    "swift": frozenset({"sft", "infer", "deploy", "rlhf", "pt", "rollout", "export", "eval", "sample", "app"}),
    "megatron": frozenset({"sft", "pt", "rlhf", "export"}),
    "llamafactory-cli": frozenset({"train", "api", "export"}),
}
SWITCHES: Final = frozenset(
    {
        "-u",
        "-it",
        "-i",
        "-t",
        "-d",
        "-v",
        "-x",
        "-q",
        "--standalone",
        "--exclusive",
        "--rm",
        "--privileged",
        "--no_python",
        "--no-python",
        "--oversubscribe",
        "--allow-run-as-root",
        "--verbose",
        "-m",
    }
)
"""Flags without an argument that stand before a program or script."""


def launches(line: str) -> bool:
    """Tell whether a line of text is a launch command."""
    stripped = line.strip()
    prompt = PROMPT.match(stripped)
    if prompt:
        return True
    match = _STARTS.match(stripped)
    if match is None:
        return False
    name = match.group(1).rsplit("/", 1)[-1]
    rest = stripped[match.end() :]
    if rest.lstrip().startswith(("=", ":")):
        return False
    if name in DECLARES and name == "export":
        return "=" in rest
    if SCRIPT.fullmatch(match.group(1)):
        return re.search(r"\s--?[A-Za-z]", rest) is not None
    if name not in LAUNCHERS or (rest and not rest[0].isspace()):
        return False
    return bool(re.search(r"(?:^|\s)-{1,2}[A-Za-z]|\.py\b|\.sh\b|\\$|\sserve\s|\slaunch\s|=", rest))
