torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 2 --expert-tensor-parallel-size 2 --expert-model-parallel-size 8 --num-experts 64 --num-layers 24
