torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --train-iters 1000 --lr-warmup-fraction 0.01 --num-layers 24
