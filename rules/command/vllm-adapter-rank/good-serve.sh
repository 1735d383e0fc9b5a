vllm serve Qwen/Qwen3-8B --enable-lora --max-lora-rank 32
