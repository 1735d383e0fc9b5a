torchrun --nnodes 3 --nproc-per-node 4 pretrain_gpt.py \
  --pipeline-model-parallel-size 6 --num-layers 30 --hidden-size 4096 --num-attention-heads 32
