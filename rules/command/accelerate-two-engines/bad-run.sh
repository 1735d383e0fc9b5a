accelerate launch --use_deepspeed --use_fsdp --num_processes 8 train.py
