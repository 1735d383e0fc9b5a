torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --num-layers 24 --hidden-size 4032 --num-attention-heads 36
