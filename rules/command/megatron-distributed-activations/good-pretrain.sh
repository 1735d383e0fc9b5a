torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --distribute-saved-activations --recompute-granularity full --recompute-method uniform --recompute-num-layers 1 --tensor-model-parallel-size 2 --num-layers 24
