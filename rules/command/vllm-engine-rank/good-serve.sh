vllm serve deepseek-ai/DeepSeek-V3 --data-parallel-size 4 --data-parallel-rank 3
