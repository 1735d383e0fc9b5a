python3 -m openrlhf.cli.train_ppo_ray --pretrain Qwen/Qwen3-8B --packing_samples --vllm_num_engines 0 --actor_num_nodes 1
