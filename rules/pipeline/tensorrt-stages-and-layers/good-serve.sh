trtllm-serve meta-llama/Llama-3.2-1B --pp_size 16
