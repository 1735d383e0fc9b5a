torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --expert-model-parallel-size 8 --num-experts 64 --num-layers 24 --hidden-size 2048 --num-attention-heads 16
