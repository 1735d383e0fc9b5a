vllm serve Qwen/Qwen3-8B --max-num-batched-tokens 2048 --max-num-seqs 512
