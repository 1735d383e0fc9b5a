swift rollout --model Qwen/Qwen3-8B --vllm_pipeline_parallel_size 2
