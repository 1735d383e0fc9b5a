torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --multi-latent-attention --group-query-attention --num-query-groups 8 --num-layers 24
