/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <sha2.h>

#include "base/file.h"

struct sbs_hash {
    SHA2_CTX ctx;
};

static void end(SHA2_CTX *ctx, char text[SBS_HASH_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, ctx);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = hex[digest[i] >> 4];
        text[2 * i + 1] = hex[digest[i] & 15];
    }
    text[SBS_HASH_TEXT - 1] = '\0';
}

void sbs_hash_buffer(const void *data, size_t length, char text[SBS_HASH_TEXT])
{
    SHA2_CTX ctx;
    SHA256Init(&ctx);
    if (length > 0)
        SHA256Update(&ctx, data, length);
    end(&ctx, text);
}

int sbs_hash_file(const char *path, char text[SBS_HASH_TEXT],
                  struct sbs_error *err)
{
    /* Asked before opening, which waits for a pipe's writer. */
    struct stat st;
    if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        return sbs_fail(err, SBS_EIO, "%s: is not a file (a pipe, which can "
                        "be read only once)", path);
    int fd = sbs_file_open(path, err);
    if (fd < 0)
        return -1;
    SHA2_CTX ctx;
    SHA256Init(&ctx);
    uint8_t block[1 << 14];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got > 0)
            SHA256Update(&ctx, block, (size_t)got);
        else if (errno != EINTR)
            break;
    }
    int status = 0;
    if (got < 0)
        status = sbs_fail(err, SBS_EIO, "%s: cannot be read: %s", path,
                          strerror(errno));
    else
        end(&ctx, text);
    close(fd);
    return status;
}

struct sbs_hash *sbs_hash_create(void)
{
    struct sbs_hash *hash = malloc(sizeof *hash);
    if (hash)
        SHA256Init(&hash->ctx);
    return hash;
}

void sbs_hash_add(struct sbs_hash *hash, const void *data, size_t length)
{
    if (length > 0)
        SHA256Update(&hash->ctx, data, length);
}

void sbs_hash_finish(struct sbs_hash *take_hash, char text[SBS_HASH_TEXT])
{
    text[0] = '\0';
    if (take_hash)
        end(&take_hash->ctx, text);
    free(take_hash);
}
