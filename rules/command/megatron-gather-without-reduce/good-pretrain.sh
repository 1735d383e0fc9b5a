torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --use-distributed-optimizer --overlap-param-gather --overlap-grad-reduce --num-layers 24
