torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --distribute-saved-activations --recompute-granularity full --recompute-method uniform --tensor-model-parallel-size 1 --num-layers 24
