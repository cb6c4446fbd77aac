/* SPDX-License-Identifier: Apache-2.0 */
/* vcpu: the size of the workers. What a size gains is measured, never
 * assumed: the model's speed.vcpu_gain has it. */
#include <sbsim/policy.h>

struct vcpu_params {
    double size, memory_gb;
};

static const struct sbs_param vcpu_table[] = {
    SBS_PARAM(struct vcpu_params, size, "vCPU", 2, 0.25, 16,
              "vCPU of a worker"),
    SBS_PARAM(struct vcpu_params, memory_gb, "GB", 0, 0, 120,
              "its memory; 0 = 2 GB per vCPU, Fargate's least"),
    SBS_PARAM_END
};

static int vcpu_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct vcpu_params *p = c->params;
    plan->vcpu = p->size;
    plan->memory_gb = p->memory_gb > 0 ? p->memory_gb : 2 * p->size;
    return 0;
}

SBS_POLICY(vcpu) = {
    SBS_POLICY_HEAD,
    .name = "vcpu",
    .summary = "workers of another size",
    .description =
        "Every worker has `size` vCPU and memory_gb. Price, speed (the "
        "model's vcpu_gain) and the number of workers under the vCPU quota "
        "follow. A size for which the model knows no gain is refused.",
    .reference = "Fargate task sizes and prices per vCPU and GB; "
                 "brief/profiling-plan.md, Quick Win 2",
    .advice =
        "A task of one thread gains nothing from more vCPU and pays for "
        "them, and the same quota admits fewer workers. Smaller workers "
        "help when they are not slower by as much as they are cheaper: one "
        "vCPU of x86 is a hyper-thread, so measure its gain first.",
    .roles = SBS_ROLE_SIZE,
    .params = vcpu_table,
    .params_size = sizeof(struct vcpu_params),
    .plan = vcpu_plan,
};
