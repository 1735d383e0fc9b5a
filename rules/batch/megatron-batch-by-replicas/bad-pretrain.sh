torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 2 --micro-batch-size 2 --global-batch-size 100 --num-layers 24
