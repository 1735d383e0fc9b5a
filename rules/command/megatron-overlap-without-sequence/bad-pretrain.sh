torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tp-comm-overlap --tensor-model-parallel-size 4 --num-layers 24 --hidden-size 4096
