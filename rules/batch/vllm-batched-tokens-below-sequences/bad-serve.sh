vllm serve Qwen/Qwen3-8B --max-num-batched-tokens 256 --max-num-seqs 512
