vllm serve meta-llama/Meta-Llama-3-8B --max-model-len 32768
