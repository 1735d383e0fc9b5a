torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --cpu-offloading-num-layers 24 --num-layers 24 --hidden-size 2048
