torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --lr 1e-3 --min-lr 1e-4 --num-layers 24
