torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 4 --num-virtual-stages-per-pipeline-rank 4 --num-layers 40
