torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --multi-latent-attention --num-layers 24 --hidden-size 2048
