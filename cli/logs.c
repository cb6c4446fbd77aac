/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/logs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/jsonw.h"
#include "cli/output.h"
#include "sweep/record.h"

enum { SPEC_IN_NAME = 80 };

/* The hash of a document as it is used, --set and all. */
static int hash_json(const struct cJSON *json, char text[SBS_HASH_TEXT],
                     struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, json);
    int status = sbs_jsonw_end(&w, err);
    if (status == 0)
        sbs_hash_buffer(w.text, w.length, text);
    sbs_jsonw_fini(&w);
    return status;
}

static int fail_dir(const char *dir, int number, struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "--log: %s: %s", dir, strerror(number));
}

/* Make the folder, or find it empty. */
static int open_dir(const char *dir, bool *made, struct sbs_error *err)
{
    *made = mkdir(dir, 0777) == 0;
    if (*made)
        return 0;
    if (errno != EEXIST)
        return fail_dir(dir, errno, err);
    DIR *d = opendir(dir);
    if (!d)
        return fail_dir(dir, errno, err);
    int files = 0;
    for (const struct dirent *e; (e = readdir(d));)
        files += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    if (files == 0)
        return 0;
    return sbs_fail(err, SBS_EIO,
                    "--log: %s: is not empty (logs go to a new or empty "
                    "folder)", dir);
}

static char *path_of(const char *dir, size_t i, const char *spec,
                     uint32_t replication)
{
    static const char keep[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-=+.,";
    char name[SPEC_IN_NAME + 1];
    size_t n = strlen(spec), size = strlen(dir) + sizeof name + 64;
    n = n < SPEC_IN_NAME ? n : SPEC_IN_NAME;
    for (size_t k = 0; k < n; k++)
        name[k] = strchr(keep, spec[k]) ? spec[k] : '_';
    name[n] = '\0';
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%02zu-%s.r%u.jsonl", dir, i + 1, name,
                 replication);
    return path;
}

static int write_log(const char *path, const struct sbs_record *record,
                     const struct sbs_spec *spec, uint32_t replication,
                     struct sbs_error *err)
{
    struct sbs_output out = { 0 };
    if (sbs_output_open(&out, path, err) != 0)
        return -1;
    int status = sbs_record_run(record, spec, replication, out.file, err);
    if (status != 0 && err->code == SBS_EIO)
        sbs_fail_at(err, path);
    if (status == 0)
        status = sbs_output_commit(&out, err);
    sbs_output_fini(&out);
    return status;
}

static int write_logs(const char *dir, uint32_t reps,
                      const struct sbs_record *record,
                      const struct sbs_spec_list *specs,
                      struct sbs_error *err)
{
    for (size_t i = 0; i < specs->n; i++) {
        for (uint32_t r = 0; r < reps; r++) {
            char *path = path_of(dir, i, specs->spec[i].text, r);
            int status = path ? write_log(path, record, &specs->spec[i], r,
                                          err)
                              : sbs_fail(err, SBS_EMEMORY, "out of memory");
            free(path);
            if (status != 0)
                return -1;
        }
    }
    return 0;
}

int sbs_logs_write(const char *dir, uint32_t reps,
                   const struct sbs_scenario *scenario,
                   const struct sbs_inputs *in,
                   const struct sbs_spec_list *specs, struct sbs_error *err)
{
    bool made = false;
    char model[SBS_HASH_TEXT], workload[SBS_HASH_TEXT];
    struct sbs_record record = { scenario, model, workload };
    struct sbs_plan plan;
    struct sbs_constants constants;
    /* A policy that refuses does so before there is a folder. */
    for (size_t i = 0; i < specs->n; i++)
        if (sbs_sim_plan(scenario, &specs->spec[i].stack, &plan, &constants,
                         err) != 0)
            return -1;
    if (hash_json(in->models.json, model, err) != 0 ||
        hash_json(in->workload.json, workload, err) != 0 ||
        open_dir(dir, &made, err) != 0)
        return -1;
    if (write_logs(dir, reps, &record, specs, err) == 0)
        return 0;
    if (made)
        rmdir(dir); /* stays if a log is in it */
    return -1;
}
