for_a=Qwen/Qwen3-14B
CUDA_VISIBLE_DEVICES=0 vllm serve $for_a --gpu-memory-utilization 0.9 --port 8001 > a.log 2>&1 &
server=$!
python3 bench.py --port 8001
kill $server
CUDA_VISIBLE_DEVICES=0 vllm serve Qwen/Qwen3-8B --gpu-memory-utilization 0.9 --port 8002 &
