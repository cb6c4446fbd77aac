/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: pieces of the kernel as JSON. What is accepted must write
 * and read again to the same text, and merging it must end in a result or a
 * message. */
#include "config.h"

#include "kernel/barrier.h"

#include <stdint.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sbs_barrier_piece *parse(const char *text, size_t size,
                                       struct sbs_error *err)
{
    cJSON *json = sbs_json_parse(text, size, "piece", err);
    struct sbs_barrier_piece *p =
        json ? sbs_barrier_piece_read(json, "piece:", err) : NULL;
    cJSON_Delete(json);
    return p;
}

static void write(const struct sbs_barrier_piece *p, struct sbs_jsonw *w)
{
    struct sbs_error err;
    sbs_jsonw_init(w, NULL);
    sbs_barrier_piece_write(p, w);
    SBS_ASSERT(sbs_jsonw_end(w, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = { 0 };
    struct sbs_barrier_piece *p = parse((const char *)data, size, &err);
    if (!p) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
        return 0;
    }
    struct sbs_jsonw first, second;
    write(p, &first);
    struct sbs_barrier_piece *again = parse(first.text, first.length, &err);
    SBS_ASSERT(again);
    write(again, &second);
    SBS_ASSERT(first.length == second.length &&
               memcmp(first.text, second.text, first.length) == 0);
    struct sbs_barrier_piece *all = sbs_barrier_merge(&p, 1, &err);
    SBS_ASSERT(all);
    struct sbs_barrier_result r;
    SBS_ASSERT(sbs_barrier_result(all, &r, &err) == 0 || err.text[0]);
    sbs_barrier_destroy(all);
    sbs_barrier_destroy(again);
    sbs_barrier_destroy(p);
    sbs_jsonw_fini(&first);
    sbs_jsonw_fini(&second);
    return 0;
}
