cat > hosts <<EOF
gpu01 slots=4
gpu02 slots=4
EOF
mpirun -np 16 --hostfile hosts --allow-run-as-root -x NCCL_DEBUG=INFO python train.py
