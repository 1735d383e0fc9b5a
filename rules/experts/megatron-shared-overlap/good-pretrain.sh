torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --num-experts 64 --moe-shared-expert-intermediate-size 2048 --moe-shared-expert-overlap --moe-token-dispatcher-type alltoall --num-layers 24
