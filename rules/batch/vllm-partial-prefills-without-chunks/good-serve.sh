vllm serve Qwen/Qwen3-8B --max-num-partial-prefills 4 --enable-chunked-prefill
