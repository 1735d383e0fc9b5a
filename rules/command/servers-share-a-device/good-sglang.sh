python -m sglang.launch_server --model-path Qwen/Qwen2.5-72B-Instruct --tp 4 --mem-fraction-static 0.85 --base-gpu-id 0 --port 30000 &
python -m sglang.launch_server --model-path Qwen/Qwen2.5-72B-Instruct --tp 4 --mem-fraction-static 0.85 --base-gpu-id 4 --port 30001
