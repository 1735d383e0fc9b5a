torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 4 --decoder-first-pipeline-num-layers 10 --num-layers 48
