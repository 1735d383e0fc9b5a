torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --use-distributed-optimizer --overlap-param-gather --num-layers 24
