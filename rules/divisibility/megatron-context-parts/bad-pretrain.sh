torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --context-parallel-size 8 --hierarchical-context-parallel-sizes 2 2 --cp-comm-type a2a+p2p --seq-length 8192 --max-position-embeddings 8192
