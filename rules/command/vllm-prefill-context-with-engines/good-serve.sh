vllm serve deepseek-ai/DeepSeek-V3 -tp 8 --prefill-context-parallel-size 2 -dp 1
