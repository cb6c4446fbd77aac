/* SPDX-License-Identifier: Apache-2.0 */
/* The model of a cloud as doc/formats.md describes it, ready to draw from.
 * An omitted key means no delay and no limit. Seconds, USD, vCPU, GB. */
#ifndef SBS_MODEL_MODEL_H
#define SBS_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/dist.h"
#include "base/error.h"

struct cJSON;
struct sbs_processor; /* sbsim/policy.h */

/* A kind of processor. */
struct sbs_class {
    char name[64];
    double weight;     /* of all classes 1 in sum */
    double cumulative; /* up to and including this one; the last is 1 */
    struct sbs_dist slowdown; /* relative to one unloaded reference core */
};

struct sbs_gain {
    double vcpu, gain; /* single-thread gain of a worker of this size */
};

struct sbs_model {
    struct {
        struct sbs_dist setup_s, call_s, collect_s;
        double launches_per_call, calls_per_s; /* INFINITY = no limit */
        double poll_s, poll_task_s;
        bool poll_while_launching;
    } client;
    struct {
        double burst, refill_per_s, quota_vcpu; /* INFINITY = no limit */
        double refuse_p;
    } launcher;
    struct {
        struct sbs_dist provision_s, pull_s, container_s, boot_s;
        double never_p;
    } startup;
    struct {
        struct sbs_class *classes;
        size_t n_classes;
        double log_sd;
        double weather_slot_s, weather_log_sd; /* log_sd 0 = no weather */
        double drift_per_h;
        struct sbs_gain *gains; /* none: every size has gain 1 */
        size_t n_gains;
    } speed;
    struct {
        double startup_log_sd, call_log_sd, speed_log_sd;
    } run;
    struct {
        struct sbs_dist claim_s, download_s, upload_s;
    } unit;
    struct {
        double spot_per_h, notice_s, fail_p;
    } loss;
    struct sbs_dist stop_s;
    struct {
        double vcpu_h_usd, gb_h_usd, min_billed_s, round_s, spot_factor;
    } price;
    struct {
        double cores, slowdown, efficiency, makespan_s; /* NAN: not known */
    } local;
};

/* A model and its posterior draws: replication r uses models[r % n]. */
struct sbs_model_set {
    struct sbs_model *models;
    size_t n;
    struct sbs_model stated; /* without any draw: constants, report */
    struct sbs_processor *processors; /* stated's classes, for policies */
    struct cJSON *json;      /* the document as used; owned */
};

/* Read a document (borrowed; `name` for messages). Unknown keys, wrong types
 * and values out of range are refused; so are draws whose paths do. */
int sbs_model_parse(struct sbs_model_set *set, const struct cJSON *json,
                    const char *name, struct sbs_error *err);
void sbs_model_fini(struct sbs_model_set *set);

/* Single-thread gain of this size; -1 when the model does not know it. */
int sbs_model_gain(const struct sbs_model *m, double vcpu, double *gain,
                   struct sbs_error *err);

/* Mean and sd over workers of one worker's slow-down (start-up to first
 * work: of its start-up time), run factors and weather left out. */
void sbs_model_slowdown(const struct sbs_model *m, double *mean, double *sd);
void sbs_model_startup(const struct sbs_model *m, double *mean_s,
                       double *sd_s);

/* List prices of us-east-1, x86: USD 0.04048 per vCPU-hour and 0.004445 per
 * GB-hour (vantage.sh/blog/fargate-pricing, read 2026-06; agrees with
 * staRburst's own table). */
#define SBS_MODEL_VCPU_H_USD 0.04048
#define SBS_MODEL_GB_H_USD 0.004445

#endif
