vllm serve Qwen/Qwen3-30B-A3B --tensor-parallel-size 1 --enable-expert-parallel --enable-eplb
