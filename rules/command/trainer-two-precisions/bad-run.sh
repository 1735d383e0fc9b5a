torchrun --nproc-per-node 8 run_clm.py --model_name_or_path Qwen/Qwen3-8B --bf16 --fp16 --per_device_train_batch_size 4
