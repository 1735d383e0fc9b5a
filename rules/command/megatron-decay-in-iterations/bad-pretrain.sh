torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --train-samples 1024000 --lr-decay-iters 1000 --num-layers 24
