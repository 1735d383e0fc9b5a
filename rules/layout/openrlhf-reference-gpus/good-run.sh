python3 -m openrlhf.cli.train_ppo_ray --pretrain Qwen/Qwen3-8B --colocate_actor_ref --actor_num_nodes 1 --ref_num_nodes 1 --actor_num_gpus_per_node 8 --ref_num_gpus_per_node 8
