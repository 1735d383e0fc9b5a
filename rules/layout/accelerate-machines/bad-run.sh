accelerate launch --num_processes 20 --num_machines 3 --machine_rank 0 train.py
