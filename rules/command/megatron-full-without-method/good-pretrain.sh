torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --recompute-granularity full --recompute-method uniform --recompute-num-layers 1 --num-layers 24 --hidden-size 2048
