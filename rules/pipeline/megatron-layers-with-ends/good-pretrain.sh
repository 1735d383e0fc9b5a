torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 8 --num-layers 62 --account-for-embedding-in-pipeline-split --account-for-loss-in-pipeline-split
