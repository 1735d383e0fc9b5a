torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --fp4-format e2m1 --fp8-format hybrid --bf16 --num-layers 24
