vllm serve deepseek-ai/DeepSeek-V3 -tp 8 -dp 1 --data-parallel-external-lb
