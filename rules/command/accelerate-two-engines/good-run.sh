accelerate launch --use_fsdp --num_processes 8 train.py
