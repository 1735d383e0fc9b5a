torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --moe-ffn-hidden-size 1408 --num-experts 64 --num-layers 24 --hidden-size 2048 --num-attention-heads 16
