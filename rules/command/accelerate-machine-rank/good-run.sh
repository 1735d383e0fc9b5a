accelerate launch --num_processes 16 --num_machines 2 --machine_rank 1 train.py
