python3 -m openrlhf.cli.train_ppo_ray --pretrain Qwen/Qwen3-8B --actor_num_nodes 4 --actor_num_gpus_per_node 8 --rollout_batch_size 256 --micro_rollout_batch_size 8 --n_samples_per_prompt 1
