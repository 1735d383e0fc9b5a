torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --train-iters 1000 --lr-decay-iters 1000 --num-layers 24
