torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --save out --save-interval 500 --save-retain-interval 1000 --num-layers 24
