torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --use-torch-fsdp2 --expert-model-parallel-size 1 --num-experts 8 --untie-embeddings-and-output-weights --ckpt-format torch_dist --num-layers 24
