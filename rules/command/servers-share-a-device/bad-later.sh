CUDA_VISIBLE_DEVICES=0 vllm serve Qwen/Qwen3-4B --gpu-memory-utilization 0.6 --port 8001 > a.log 2>&1 &
sleep 60
# the second model
CUDA_VISIBLE_DEVICES=0 vllm serve Qwen/Qwen3-8B --gpu-memory-utilization 0.6 --port 8002
