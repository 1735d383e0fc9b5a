python3 -m openrlhf.cli.train_ppo_ray --pretrain Qwen/Qwen3-8B --async_train --vllm_enable_sleep --vllm_num_engines 2 --colocate_all_models
