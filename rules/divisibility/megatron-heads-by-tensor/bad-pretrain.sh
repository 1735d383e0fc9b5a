torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --tensor-model-parallel-size 8 --num-layers 24 --hidden-size 2560 --num-attention-heads 20
