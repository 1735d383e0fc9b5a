swift rollout --model Qwen/Qwen3-8B --vllm_tensor_parallel_size 2
