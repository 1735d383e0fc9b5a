vllm serve Qwen/Qwen3-8B --cudagraph-capture-sizes 1 2 4 8 16 --max-cudagraph-capture-size 16
