#!/bin/bash
# RTX 3090
CUDA_VISIBLE_DEVICES=0 llama-server -hf bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:BF16 -ngl all -c 131072
