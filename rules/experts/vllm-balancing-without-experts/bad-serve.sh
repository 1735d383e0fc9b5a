vllm serve deepseek-ai/DeepSeek-V3 -tp 8 --enable-eplb --no-enable-expert-parallel
