#!/bin/bash
# 1x RTX 4090
llama-server -m models/Llama-3.3-70B-Instruct-Q4_K_M.gguf -ngl 40 -c 8192
