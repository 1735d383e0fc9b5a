# H100 80GB
vllm serve meta-llama/Llama-3.1-70B-Instruct-FP8 --tensor-parallel-size 1
