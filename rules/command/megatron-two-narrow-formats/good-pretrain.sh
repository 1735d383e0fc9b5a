torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --fp8-format hybrid --bf16 --num-layers 24
