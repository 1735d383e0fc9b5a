torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --pipeline-model-parallel-size 8 --num-layers 30 --hidden-size 4096 --num-attention-heads 32
