torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 8 --decoder-first-pipeline-num-layers 6 --decoder-last-pipeline-num-layers 5 --num-layers 61
