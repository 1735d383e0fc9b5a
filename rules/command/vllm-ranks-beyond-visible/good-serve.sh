CUDA_VISIBLE_DEVICES=0,1,2,3 vllm serve Qwen/Qwen3-32B -tp 4
