swift rlhf --model Qwen/Qwen3-8B --rlhf_type grpo --num_generations 8
