python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --chunked-prefill-size 1000 --page-size 64
