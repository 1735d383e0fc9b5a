torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --use-torch-fsdp2 --pipeline-model-parallel-size 1 --untie-embeddings-and-output-weights --ckpt-format torch_dist --num-layers 24
