torchrun --nnodes 1 --nproc-per-node 8 pretrain_gpt.py \
  --num-experts 8 --moe-pad-expert-input-to-capacity --moe-expert-capacity-factor 1.5 --num-layers 24
