torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 4 --decoder-first-pipeline-num-layers 8 --num-virtual-stages-per-pipeline-rank 2 --num-layers 44
