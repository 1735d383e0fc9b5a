accelerate launch --num_processes 8 grpo.py --model_name_or_path Qwen/Qwen3-8B --num_generations 8 --per_device_train_batch_size 4 --generation_batch_size 64 --steps_per_generation 2 --output_dir out
