#!/bin/bash
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
srun -N 2 -n 2 torchrun --nnodes=2 --nproc-per-node=8 --rdzv-backend=c10d train.py --lr 1e-4
