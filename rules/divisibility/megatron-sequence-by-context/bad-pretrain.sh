torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --context-parallel-size 8 --seq-length 8200 --max-position-embeddings 8200 --num-layers 24
