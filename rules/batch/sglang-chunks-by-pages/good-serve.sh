python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --chunked-prefill-size 1024 --page-size 64
