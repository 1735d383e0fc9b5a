trtllm-serve deepseek-ai/DeepSeek-V3 --tp_size 8 --ep_size 4
