python3 -m sglang.launch_server --model-path meta-llama/Meta-Llama-3-8B --context-length 8192
