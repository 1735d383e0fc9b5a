accelerate launch --num_processes 8 --parallelism_config_dp_replicate_size 1 --parallelism_config_dp_shard_size 4 --parallelism_config_tp_size 4 --parallelism_config_cp_size 1 train.py
