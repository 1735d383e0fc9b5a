deepspeed --num_gpus 8 train.py --train_batch_size 128 --train_micro_batch_size_per_gpu 4 --gradient_accumulation_steps 4
