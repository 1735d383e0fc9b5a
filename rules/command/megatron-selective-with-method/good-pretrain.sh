torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --recompute-granularity selective --num-layers 24
