# H100 80GB
vllm serve meta-llama/Llama-3.1-70B-Instruct --tensor-parallel-size 1
