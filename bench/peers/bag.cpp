/* SPDX-License-Identifier: Apache-2.0 */
// bag HOW WORKERS TASKS SECONDS START_MU START_SIGMA SPEED_SD REF_MU REF_SIGMA
//
// The bag of tasks in SimGrid S4U, as its users write it: a host and an actor
// a worker, which sleeps until it is ready and executes one task after the
// other. HOW is `actors`, new actors in every replication, or `kept`: the
// actors wait at a barrier and begin the next one themselves. Runs for about
// SECONDS and prints: replications, seconds, sum of makespans, of squares, peak
// memory in MB.
//
// A SimGrid engine cannot be made twice in a process; replications follow each
// other in its virtual time.
#include <simgrid/s4u.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;
using Clock = std::chrono::steady_clock;

struct Bag {
    int workers, tasks;
    double limit_s;
    std::lognormal_distribution<double> start, slowdown, work;
    std::mt19937 random{ 1 };
    // The replication going on.
    int left = 0, done = 0;
    double begun_s = 0, end_s = 0;
    // What they gave.
    long n = 0;
    double sum = 0, squares = 0;
    Clock::time_point clock;
    bool over = false;
};

static double seconds(const Bag& bag)
{
    return std::chrono::duration<double>(Clock::now() - bag.clock).count();
}

static void begin(Bag& bag)
{
    bag.left = bag.tasks;
    bag.done = 0;
    bag.begun_s = bag.end_s = s4u::Engine::get_clock();
}

static void finish(Bag& bag)
{
    double makespan_s = bag.end_s - bag.begun_s;
    bag.n++;
    bag.sum += makespan_s;
    bag.squares += makespan_s * makespan_s;
    bag.over = seconds(bag) >= bag.limit_s;
}

static void work(Bag& bag)
{
    double start_s = bag.start(bag.random);
    double slowdown = bag.slowdown(bag.random);
    s4u::this_actor::sleep_for(start_s);
    while (bag.left > 0) {
        bag.left--;
        s4u::this_actor::execute(bag.work(bag.random) * slowdown);
        bag.end_s = std::max(bag.end_s, s4u::Engine::get_clock());
    }
}

// New actors in every replication: one of its own starts them and waits.
static void run_actors(Bag& bag, const std::vector<s4u::Host*>& hosts)
{
    while (!bag.over) {
        std::vector<s4u::ActorPtr> actors;
        begin(bag);
        for (s4u::Host* host : hosts)
            actors.push_back(
                s4u::Actor::create("worker", host, [&bag] { work(bag); }));
        for (const s4u::ActorPtr& actor : actors)
            actor->join();
        finish(bag);
    }
}

// The same actors for all; the last to arrive begins the next.
static void run_kept(Bag& bag, const std::vector<s4u::Host*>& hosts)
{
    auto barrier = s4u::Barrier::create(hosts.size());
    begin(bag);
    for (s4u::Host* host : hosts)
        s4u::Actor::create("worker", host, [&bag, barrier] {
            while (!bag.over) {
                work(bag);
                if (++bag.done == bag.workers) {
                    finish(bag);
                    begin(bag);
                }
                barrier->wait();
            }
        });
}

static int usage()
{
    fputs("usage: bag actors|kept WORKERS TASKS SECONDS START_MU START_SIGMA "
          "SPEED_SD REF_MU REF_SIGMA\n", stderr);
    return 2;
}

int main(int argc, char** argv)
{
    if (argc != 10)
        return usage();
    std::string how = argv[1];
    double x[8];
    for (int i = 0; i < 8; i++)
        x[i] = strtod(argv[i + 2], nullptr);
    Bag bag;
    bag.workers = static_cast<int>(x[0]);
    bag.tasks = static_cast<int>(x[1]);
    bag.limit_s = x[2];
    using Law = std::lognormal_distribution<double>;
    bag.start = Law(x[3], x[4]);
    bag.slowdown = Law(0, x[5]);
    bag.work = Law(x[6], x[7]);
    std::string flags[] = { argv[0], "--log=root.thres:error",
                            "--cfg=contexts/stack-size:16" };
    char* args[] = { flags[0].data(), flags[1].data(), flags[2].data(),
                     nullptr };
    int n_args = 3;
    s4u::Engine engine(&n_args, args);
    s4u::NetZone* world = s4u::create_empty_zone("world");
    std::vector<s4u::Host*> hosts;
    for (int w = 0; w < bag.workers; w++)
        hosts.push_back(
            world->create_host("w" + std::to_string(w), 1.0)->seal());
    world->seal();
    bag.clock = Clock::now();
    if (how == "kept")
        run_kept(bag, hosts);
    else if (how == "actors")
        s4u::Actor::create("main", hosts[0],
                           [&bag, &hosts] { run_actors(bag, hosts); });
    else
        return usage();
    engine.run();
    double took_s = seconds(bag);
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%ld %.6f %.17g %.17g %.1f\n", bag.n, took_s, bag.sum,
           bag.squares, static_cast<double>(usage.ru_maxrss) * 1024 / 1e6);
    return 0;
}
