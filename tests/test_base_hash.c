/* SPDX-License-Identifier: Apache-2.0 */
/* Against the examples of FIPS 180-2, appendix B. */
#include "config.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void hash_files(void)
{
    char path[] = "/tmp/sbs-hash-XXXXXX", text[SBS_HASH_TEXT];
    struct sbs_error err = {0};
    int fd = mkstemp(path);
    ok(fd >= 0 && write(fd, "abc", 3) == 3, "a file to hash");
    ok(sbs_hash_file(path, text, &err) == 0, "file");
    is_str(text, ABC, "file: abc");
    close(fd);
    unlink(path);
    ok(sbs_hash_file(path, text, &err) == -1 && err.code == SBS_EIO,
       "missing file: %s", err.text);
    ok(sbs_hash_file("/tmp", text, &err) == -1, "folder: %s", err.text);
    ok(sbs_hash_file("/dev/zero", text, &err) == -1, "device: %s", err.text);
}

int main(void)
{
    char text[SBS_HASH_TEXT];
    sbs_hash_buffer("abc", 3, text);
    is_str(text, ABC, "abc");
    sbs_hash_buffer(NULL, 0, text);
    is_str(text, NOTHING, "nothing");
    struct sbs_hash *hash = sbs_hash_create();
    sbs_hash_add(hash, "a", 1);
    sbs_hash_add(hash, NULL, 0);
    sbs_hash_add(hash, "bc", 2);
    sbs_hash_finish(hash, text);
    is_str(text, ABC, "in pieces");
    sbs_hash_finish(NULL, text);
    is_str(text, "", "finish accepts NULL");
    hash_files();
    return tap_done();
}
