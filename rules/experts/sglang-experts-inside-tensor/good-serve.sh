python3 -m sglang.launch_server --model-path deepseek-ai/DeepSeek-V3 --tp 16 --ep-size 8 --nnodes 2 --node-rank 0
