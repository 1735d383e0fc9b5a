llama-server -m model.gguf -c 32768 --cache-type-v q8_0 --flash-attn off
