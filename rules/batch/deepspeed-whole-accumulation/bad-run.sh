deepspeed --include localhost:0,1,2,3,4,5 train.py --train_batch_size 256 --train_micro_batch_size_per_gpu 4
