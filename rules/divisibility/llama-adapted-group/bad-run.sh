llama-cli -m model.gguf --grp-attn-n 3 --grp-attn-w 2048
