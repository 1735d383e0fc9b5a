#!/bin/bash
# 1x RTX 4090
llama-server -m gpt-oss-120b-F16.gguf -ngl 99 -ot ".ffn_.*_exps.=CPU" -c 32768
