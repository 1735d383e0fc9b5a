torchrun --nproc-per-node 8 run_clm.py --model_name_or_path Qwen/Qwen3-8B --dataloader_prefetch_factor 4 --dataloader_num_workers 8 --bf16
