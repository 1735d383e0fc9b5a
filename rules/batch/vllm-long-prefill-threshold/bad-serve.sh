vllm serve Qwen/Qwen3-8B --max-num-partial-prefills 2 --long-prefill-token-threshold 40000 --max-model-len 32768
