python3 -m verl.trainer.main_ppo \
  data.train_batch_size=96 \
  actor_rollout_ref.rollout.n=5 \
  trainer.n_gpus_per_node=8 \
  trainer.nnodes=1
