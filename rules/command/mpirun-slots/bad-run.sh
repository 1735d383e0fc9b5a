mpirun --allow-run-as-root -np 16 -H alpha:4,beta:4 python3 train.py --lr 1e-4
