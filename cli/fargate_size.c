/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/fargate_size.h"

#include <math.h>
#include <stdio.h>

/* AWS ECS API, field `memory` of a task definition (Linux; sizes of 8 vCPU
 * and more need platform 1.4.0), docs.aws.amazon.com/sdk-for-kotlin/api/
 * latest/ecs/aws.sdk.kotlin.services.ecs.model/-task-definition/memory.html.
 * With 0.25 vCPU also 0.5 GB, which is no multiple of the step. */
static const struct {
    double vcpu, least_gb, most_gb, step_gb;
} sizes[] = {
    { 0.25, 0.5, 2, 1 }, { 0.5, 1, 4, 1 },    { 1, 2, 8, 1 },
    { 2, 4, 16, 1 },     { 4, 8, 30, 1 },     { 8, 16, 60, 4 },
    { 16, 32, 120, 8 },
};

bool sbs_fargate_size_offered(double vcpu, double memory_gb, char *text,
                              size_t size)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i].vcpu != vcpu)
            continue;
        if (memory_gb == sizes[i].least_gb ||
            (memory_gb > sizes[i].least_gb &&
             memory_gb <= sizes[i].most_gb &&
             fmod(memory_gb, sizes[i].step_gb) == 0))
            return true;
        snprintf(text, size,
                 "Fargate has no worker of %g vCPU with %g GB: %g to %g GB "
                 "in steps of %g. The bill is of a worker that you cannot "
                 "have; choose another memory size.", vcpu, memory_gb,
                 sizes[i].least_gb, sizes[i].most_gb, sizes[i].step_gb);
        return false;
    }
    snprintf(text, size,
             "Fargate has no worker of %g vCPU (0.25, 0.5, 1, 2, 4, 8 and "
             "16). The bill is of a worker that you cannot have.", vcpu);
    return false;
}
