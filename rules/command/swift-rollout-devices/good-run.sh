CUDA_VISIBLE_DEVICES=0,1 swift rollout --model Qwen/Qwen3-8B --vllm_tensor_parallel_size 2 --vllm_data_parallel_size 1
