swift sft --model Qwen/Qwen3-8B --packing true --lazy_tokenize true --attn_impl flash_attn
