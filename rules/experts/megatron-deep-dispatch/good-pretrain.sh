torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --num-experts 64 --moe-enable-deepep --moe-token-dispatcher-type flex --num-layers 24
