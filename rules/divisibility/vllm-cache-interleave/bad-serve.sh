vllm serve Qwen/Qwen3-8B --tensor-parallel-size 8 --decode-context-parallel-size 2 --block-size 32 --cp-kv-cache-interleave-size 24
