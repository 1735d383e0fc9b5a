torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --use-distributed-optimizer --num-distributed-optimizer-instances 3 --tensor-model-parallel-size 2 --num-layers 24
