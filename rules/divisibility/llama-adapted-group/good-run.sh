llama-cli -m model.gguf --grp-attn-n 4 --grp-attn-w 2048
