torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 2 --micro-batch-size 2 --eval-micro-batch-size 4 --eval-global-batch-size 32 --num-layers 24
