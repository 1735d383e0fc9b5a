#!/bin/bash
#SBATCH --nodes=2
#SBATCH --gres=gpu:a100:8
srun torchrun --nnodes 2 --nproc-per-node 8 train.py
