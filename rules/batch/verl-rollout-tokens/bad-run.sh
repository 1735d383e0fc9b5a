python3 -m verl.trainer.main_ppo \
  data.train_batch_size=256 \
  actor_rollout_ref.rollout.n=8 \
  trainer.n_gpus_per_node=8 \
  trainer.nnodes=1 \
  actor_rollout_ref.rollout.enable_chunked_prefill=False \
  actor_rollout_ref.rollout.max_num_batched_tokens=8192 \
  data.max_prompt_length=2048 \
  data.max_response_length=8192
