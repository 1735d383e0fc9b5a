#!/bin/bash
#SBATCH --nodes=2
#SBATCH --gpus-per-node=8
#SBATCH --ntasks-per-node=1
srun --nodes=2 --ntasks=2 --ntasks-per-node=1 \
    bash -c "python -m sglang.launch_server --model-path '$MODEL' --tp 16 --nnodes 2 --node-rank \$SLURM_PROCID" &
