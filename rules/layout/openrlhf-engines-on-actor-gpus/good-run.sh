python3 -m openrlhf.cli.train_ppo_ray --pretrain Qwen/Qwen3-8B --colocate_all_models --actor_num_nodes 1 --actor_num_gpus_per_node 8 --vllm_num_engines 4 --vllm_tensor_parallel_size 2
