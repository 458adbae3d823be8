#!/bin/sh
# A run of random programs as an array of Slurm jobs, one job a shard:
#
#     job=$(sbatch --parsable examples/fleet/slurm.sh)
#     sbatch --dependency=afterany:$job --wrap 'heapproof merge results'
#
# The second job prints what one run would have printed, and fails as it would have failed. It tells which shards died; each of
# these can be run again alone, with `sbatch --array=K`. So the number of shards stands here, and is not asked of Slurm.
#
#SBATCH --job-name=heapproof
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --output=heapproof-%a.log
set -eu

shards=8
seed=${SEED:-1}
cases=${CASES:-8000000}
results=${RESULTS:-results}

mkdir -p "$results"
# A violation ends a shard with exit code 1. That is a result, and no failure of the job.
heapproof check --seed "$seed" --cases "$cases" --shard "$SLURM_ARRAY_TASK_ID/$shards" --format json \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" --out "$results/out-$SLURM_ARRAY_TASK_ID" \
    > "$results/shard-$SLURM_ARRAY_TASK_ID.json" || [ $? -eq 1 ]
