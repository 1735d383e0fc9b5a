torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 1 --expert-model-parallel-size 4 --num-experts 60 --num-layers 24
