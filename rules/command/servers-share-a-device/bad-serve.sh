CUDA_VISIBLE_DEVICES=0,1 vllm serve Qwen/Qwen3-14B --tensor-parallel-size 2 --gpu-memory-utilization 0.9 --port 8001 &
CUDA_VISIBLE_DEVICES=1,2 vllm serve Qwen/Qwen3-8B --tensor-parallel-size 2 --gpu-memory-utilization 0.85 --port 8002 &
wait
