vllm serve Qwen/Qwen3-8B --enable-lora --max-loras 8 --max-cpu-loras 4
