deepspeed --num_gpus 8 --module openrlhf.cli.train_sft --pretrain Qwen/Qwen3-8B --train_batch_size 256 --micro_train_batch_size 4
