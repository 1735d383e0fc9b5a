torchrun --nnodes 2 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 8 --pipeline-model-parallel-size 3 --num-layers 48
