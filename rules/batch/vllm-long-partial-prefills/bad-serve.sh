vllm serve Qwen/Qwen3-8B --max-num-partial-prefills 2 --max-long-partial-prefills 4
