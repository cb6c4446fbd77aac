/* SPDX-License-Identifier: Apache-2.0 */
// The bag of tasks once more, as SimGrid S4U actors that know nothing of
// sbsim: workers with a start time and a speed, tasks with their work, and
// five ways to hand them out. Reads what tests/oracle/draw.c wrote, simulates
// each replication in a process of its own (a SimGrid engine cannot be made
// twice in one), and compares the makespans.
//
//   bag FILE TOLERANCE
#include <simgrid/s4u.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;

struct Worker {
    double ready_s, speed;
};

struct Bag {
    std::vector<Worker> workers;
    std::vector<double> task; // reference seconds of each
    int units;                // of a task that is cut
    double claim_s, upload_s; // before and after each piece
    std::map<std::string, double> makespan; // sbsim's, by policy
};

// A rule says how many of the `left` pieces the next worker takes.
using Rule = std::function<int(int left)>;

static void work_on(const Bag& bag, double work, double& end_s)
{
    s4u::this_actor::sleep_for(bag.claim_s);
    s4u::this_actor::execute(work);
    s4u::this_actor::sleep_for(bag.upload_s);
    end_s = std::max(end_s, s4u::Engine::get_clock());
}

// Every worker has its share from the start.
static void owner(const Bag& bag, size_t w, double& end_s)
{
    size_t n = bag.task.size(), p = bag.workers.size();
    s4u::this_actor::sleep_until(bag.workers[w].ready_s);
    for (size_t t = w * n / p; t < (w + 1) * n / p; t++)
        work_on(bag, bag.task[t], end_s);
}

// The pieces not yet taken, in order.
struct Queue {
    std::vector<double> piece;
    size_t next = 0;
    Rule rule;
};

static void puller(const Bag& bag, size_t w, Queue& queue, double& end_s)
{
    s4u::this_actor::sleep_until(bag.workers[w].ready_s);
    for (;;) {
        int left = static_cast<int>(queue.piece.size() - queue.next);
        if (left == 0)
            return;
        int take = std::min(left, queue.rule(left));
        double work = 0;
        for (int i = 0; i < take; i++)
            work += queue.piece[queue.next++];
        work_on(bag, work, end_s);
    }
}

static std::vector<double> cut(const Bag& bag, int units)
{
    std::vector<double> pieces;
    for (double work : bag.task)
        pieces.insert(pieces.end(), units, work / units);
    return pieces;
}

static Rule one_by_one()
{
    return [](int) { return 1; };
}

// Polychronopoulos and Kuck: an equal share of what is left.
static Rule guided(int p)
{
    return [p](int left) { return (left + p - 1) / p; };
}

// Hummel, Schonberg and Flynn with factor 2: p equal chunks that make up half
// of what is left, then again.
static Rule factoring(int p)
{
    int chunk = 0, grabs = 0;
    return [=](int left) mutable {
        if (grabs++ % p == 0)
            chunk = (left + 2 * p - 1) / (2 * p);
        return chunk;
    };
}

static std::map<std::string, double> simulate(const Bag& bag, char* name)
{
    int argc = 4;
    std::string flags[] = { "--log=root.thres:error",
                            "--cfg=surf/precision:1e-12",
                            "--cfg=maxmin/precision:1e-9" };
    char* argv[] = { name, flags[0].data(), flags[1].data(),
                     flags[2].data(), nullptr };
    s4u::Engine engine(&argc, argv);
    s4u::NetZone* world = s4u::create_empty_zone("world");
    int p = static_cast<int>(bag.workers.size());
    std::map<std::string, Queue> queues;
    std::map<std::string, double> end_s = { { "static", 0 } };
    queues["dynamic"] = { cut(bag, 1), 0, one_by_one() };
    queues["split"] = { cut(bag, bag.units), 0, one_by_one() };
    queues["gss"] = { cut(bag, bag.units), 0, guided(p) };
    queues["fac2"] = { cut(bag, bag.units), 0, factoring(p) };
    for (const auto& entry : queues)
        end_s[entry.first] = 0;
    // Each policy has hosts of its own, so all can run side by side.
    for (auto& entry : end_s) {
        const std::string& policy = entry.first;
        double& end = entry.second;
        for (size_t w = 0; w < bag.workers.size(); w++) {
            std::string host = policy + std::to_string(w);
            s4u::Host* h =
                world->create_host(host, bag.workers[w].speed)->seal();
            auto it = queues.find(policy);
            Queue* queue = it == queues.end() ? nullptr : &it->second;
            s4u::Actor::create(host, h, [&bag, w, queue, &end] {
                if (queue)
                    puller(bag, w, *queue, end);
                else
                    owner(bag, w, end);
            });
        }
    }
    world->seal();
    engine.run();
    return end_s;
}

static bool read_bag(std::istream& in, Bag& bag)
{
    size_t p, n, policies;
    if (!(in >> p >> n >> bag.units >> bag.claim_s >> bag.upload_s >>
          policies))
        return false;
    bag.workers.resize(p);
    bag.task.resize(n);
    bag.makespan.clear();
    for (Worker& w : bag.workers)
        in >> w.ready_s >> w.speed;
    for (double& work : bag.task)
        in >> work;
    for (size_t i = 0; i < policies; i++) {
        std::string name;
        double makespan;
        in >> name >> makespan;
        bag.makespan[name] = makespan;
    }
    return static_cast<bool>(in);
}

// The largest relative difference of each policy goes into `worst`.
static bool compare(const Bag& bag, char* name,
                    std::map<std::string, double>& worst)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        FILE* out = fdopen(ends[1], "w");
        for (const auto& entry : simulate(bag, name))
            fprintf(out, "%s %.17g\n", entry.first.c_str(), entry.second);
        fclose(out);
        _exit(0);
    }
    close(ends[1]);
    FILE* in = fdopen(ends[0], "r");
    char policy[40];
    double makespan;
    size_t seen = 0;
    while (fscanf(in, "%39s %lf", policy, &makespan) == 2) {
        auto it = bag.makespan.find(policy);
        if (it == bag.makespan.end())
            continue;
        double apart = std::fabs(makespan - it->second) / it->second;
        worst[policy] = std::max(worst[policy],
                                 apart >= 0 ? apart : INFINITY);
        seen++;
    }
    fclose(in);
    int status = 0;
    waitpid(child, &status, 0);
    return status == 0 && seen == bag.makespan.size();
}

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: bag FILE TOLERANCE\n";
        return 2;
    }
    std::ifstream file(argv[1]);
    double tolerance = std::stod(argv[2]);
    std::map<std::string, double> worst;
    int replications = 0, failed = 0;
    for (Bag bag; read_bag(file, bag); replications++)
        failed += !compare(bag, argv[0], worst);
    std::cout << replications << " replications, " << failed
              << " not simulated\n";
    bool good = file.eof() && failed == 0 && replications > 0;
    for (const auto& entry : worst) {
        bool near = entry.second <= tolerance;
        good = good && near;
        std::cout << entry.first << ": largest relative difference "
                  << entry.second << (near ? "" : " TOO LARGE") << "\n";
    }
    return good ? 0 : 1;
}
