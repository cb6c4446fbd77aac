# SPDX-License-Identifier: Apache-2.0
"""bag.py WORKERS TASKS SECONDS START_MU START_SIGMA SPEED_SD REF_MU REF_SIGMA

The bag of tasks in SimPy 3: one process a worker. Runs for about SECONDS and
prints: replications, seconds, sum of makespans, sum of their squares,
peak memory in MB.
"""
import random
import resource
import sys
import time

import simpy


def worker(env, start_s, slowdown, tasks, bag):
    yield env.timeout(start_s)
    while tasks[0] > 0:
        tasks[0] -= 1
        yield env.timeout(random.lognormvariate(bag[3], bag[4]) * slowdown)


def replicate(workers, n_tasks, bag):
    env = simpy.Environment()
    tasks = [n_tasks]
    for _ in range(workers):
        start_s = random.lognormvariate(bag[0], bag[1])
        slowdown = random.lognormvariate(0, bag[2])
        env.process(worker(env, start_s, slowdown, tasks, bag))
    env.run()
    return env.now


def main():
    workers, n_tasks = int(sys.argv[1]), int(sys.argv[2])
    limit_s = float(sys.argv[3])
    bag = [float(x) for x in sys.argv[4:9]]
    random.seed(1)
    n = 0
    total = squares = 0.0
    begun_s = time.monotonic()
    while n == 0 or time.monotonic() - begun_s < limit_s:
        makespan_s = replicate(workers, n_tasks, bag)
        n += 1
        total += makespan_s
        squares += makespan_s * makespan_s
    took_s = time.monotonic() - begun_s
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(n, took_s, repr(total), repr(squares), peak_kb * 1024 / 1e6)


main()
