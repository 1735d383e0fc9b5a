torchrun --nproc-per-node 8 run_clm.py --model_name_or_path Qwen/Qwen3-8B --load_best_model_at_end --save_strategy steps --eval_strategy steps --save_steps 500 --eval_steps 200
