torchrun --nproc-per-node 8 pretrain_gpt.py --num-layers 32 --hidden-size 4096 --num-attention-heads 32 \
  --seq-length 4096 --max-position-embeddings 8192 --tensor-model-parallel-size 8 --sequence-parallel --micro-batch-size 1
