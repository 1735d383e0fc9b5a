#!/bin/bash
# 1x RTX 4090
llama-server -m models/Qwen2.5-32B-Instruct-Q4_K_M.gguf -ngl 99 -c 8192 -fa on
