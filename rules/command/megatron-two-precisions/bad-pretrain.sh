torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --fp16 --bf16 --num-layers 24 --hidden-size 2048
