accelerate launch --num_processes 6 grpo.py --model_name_or_path Qwen/Qwen3-8B --per_device_train_batch_size 2 --gradient_accumulation_steps 1 --num_generations 8 --bf16
