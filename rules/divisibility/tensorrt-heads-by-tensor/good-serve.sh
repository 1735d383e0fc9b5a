trtllm-serve meta-llama/Llama-3.1-8B --tp_size 4
