torchrun --nproc-per-node 8 run_clm.py --model_name_or_path Qwen/Qwen3-8B --bf16_full_eval --fp16_full_eval --per_device_train_batch_size 4
