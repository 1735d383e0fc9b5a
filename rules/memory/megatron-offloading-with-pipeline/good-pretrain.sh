torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --cpu-offloading-num-layers 4 --pipeline-model-parallel-size 1 --num-layers 24
