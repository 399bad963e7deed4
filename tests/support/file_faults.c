// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded before a program (LD_PRELOAD) it makes the program's file calls fail, as those on a full or a broken disk do. Linux
// alone.
//
//   CA_FAULT_FOLDER  calls on paths below this folder are counted and may fail; it has no links in its path
//   CA_FAULT_KIND    which calls are counted and what happens to them: see `kinds`
//   CA_FAULT_AT      the number of the call that it happens to, from 1; 0 for none
//   CA_FAULT_LASTS   1: to all later ones, too
//   CA_FAULT_LOG     a file, not below the folder, that gets a line for each counted call: what it does (r, w, g or e), its name
//                    and path
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

// What a call does. GROWS takes space on disk, or makes sure of it; ENDS gives up a name or an open file.
enum deed { READS = 'r', WRITES = 'w', GROWS = 'g', ENDS = 'e' };

struct kind {
    const char *name;
    const char *counted; // deeds
    int reason;          // the error that they fail with; 0: none
    bool halves;         // the write that is hit, or each of them where there is no reason, writes the first half
    bool kills;          // the process, before the call
};
// "full" is as a disk fills up: a write is cut short, then nothing has room.
static const struct kind kinds[] = {
    {"space", "wg", ENOSPC, false, false}, {"full", "wg", ENOSPC, true, false}, {"broken", "rwge", EIO, false, false},
    {"short", "w", 0, true, false},        {"kill", "wge", 0, false, true},
};

static char folder[PATH_MAX]; // empty: nothing is counted
static const struct kind *kind = NULL;
static long first_hit = 0;
static bool lasts = false;
static int log_file = -1;
static atomic_long calls = 0;

static long number_in(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *place = getenv("CA_FAULT_FOLDER");
    const char *name = getenv("CA_FAULT_KIND");
    const char *log = getenv("CA_FAULT_LOG");
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; ++i)
        if (strcmp(name, kinds[i].name) == 0)
            kind = &kinds[i];
    if (!place || !kind)
        return;
    first_hit = number_in("CA_FAULT_AT");
    lasts = number_in("CA_FAULT_LASTS") != 0;
    if (log)
        log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    snprintf(folder, sizeof folder, "%s", place);
}

static void append(char *path, const char *text)
{
    strncat(path, text, PATH_MAX - 1 - strlen(path));
}

// The path of an open file (`name` is NULL), or of a name seen from the folder that is open as `descriptor`.
static void find_path(int descriptor, const char *name, char *path)
{
    path[0] = '\0';
    if (name && name[0] == '/') {
        append(path, name);
        return;
    }
    char link[64] = "/proc/self/cwd";
    if (!name || descriptor != AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    if (name) {
        append(path, "/");
        append(path, name);
    }
}

static bool is_below_folder(const char *path)
{
    const size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void note(enum deed does, const char *call, const char *path)
{
    char line[PATH_MAX + 64];
    const int length = snprintf(line, sizeof line, "%c %s %s\n", (char)does, call, path);
    if (log_file >= 0 && length > 0)
        syscall(SYS_write, log_file, line, (size_t)length);
}

enum verdict { PASSES, HALVED, FAILS };

// Sets errno where the call fails, and leaves it alone otherwise.
static enum verdict judge(enum deed does, const char *call, int descriptor, const char *name)
{
    if (folder[0] == '\0' || strchr(kind->counted, (char)does) == NULL)
        return PASSES;
    const int before = errno;
    char path[PATH_MAX];
    find_path(descriptor, name, path);
    errno = before;
    if (!is_below_folder(path))
        return PASSES;
    const long number = atomic_fetch_add(&calls, 1) + 1;
    note(does, call, path);
    errno = before;
    if (first_hit == 0 || number < first_hit || (number > first_hit && !lasts))
        return PASSES;
    if (kind->kills)
        syscall(SYS_kill, getpid(), SIGKILL);
    if (kind->halves && does == WRITES && (number == first_hit || kind->reason == 0))
        return HALVED;
    if (kind->reason == 0)
        return PASSES;
    errno = kind->reason;
    return FAILS;
}

// A byte at least: none written is the end of a file to nobody, and an endless loop to many.
static size_t half_of(size_t size)
{
    return size > 1 ? size / 2 : size;
}

static int open_at(const char *call, int descriptor, const char *name, int flags, va_list rest)
{
    const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    const unsigned mode = makes ? va_arg(rest, unsigned) : 0;
    if (judge(makes ? GROWS : READS, call, descriptor, name) == FAILS)
        return -1;
    return (int)syscall(SYS_openat, descriptor, name, flags, mode);
}

EXPORTED int open(const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const int opened = open_at("open", AT_FDCWD, name, flags, rest);
    va_end(rest);
    return opened;
}

EXPORTED int open64(const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const int opened = open_at("open", AT_FDCWD, name, flags, rest);
    va_end(rest);
    return opened;
}

EXPORTED int openat(int descriptor, const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const int opened = open_at("openat", descriptor, name, flags, rest);
    va_end(rest);
    return opened;
}

typedef FILE *opens_stream(const char *name, const char *mode);

static FILE *open_stream(const char *call, const char *name, const char *mode)
{
    opens_stream *following = NULL;
    *(void **)&following = dlsym(RTLD_NEXT, call); // the C library's, which opens without asking this file's `open`
    const bool makes = mode[0] != 'r' || strchr(mode, '+') != NULL;
    return judge(makes ? GROWS : READS, "fopen", AT_FDCWD, name) == FAILS ? NULL : following(name, mode);
}

EXPORTED FILE *fopen(const char *name, const char *mode)
{
    return open_stream("fopen", name, mode);
}

EXPORTED FILE *fopen64(const char *name, const char *mode)
{
    return open_stream("fopen64", name, mode);
}

EXPORTED ssize_t read(int descriptor, void *bytes, size_t size)
{
    return judge(READS, "read", descriptor, NULL) == FAILS ? -1 : syscall(SYS_read, descriptor, bytes, size);
}

static ssize_t read_at(int descriptor, void *bytes, size_t size, off_t place)
{
    return judge(READS, "pread", descriptor, NULL) == FAILS ? -1 : syscall(SYS_pread64, descriptor, bytes, size, place);
}

EXPORTED ssize_t pread(int descriptor, void *bytes, size_t size, off_t place)
{
    return read_at(descriptor, bytes, size, place);
}

EXPORTED ssize_t pread64(int descriptor, void *bytes, size_t size, off_t place)
{
    return read_at(descriptor, bytes, size, place);
}

EXPORTED ssize_t write(int descriptor, const void *bytes, size_t size)
{
    const enum verdict verdict = judge(WRITES, "write", descriptor, NULL);
    return verdict == FAILS ? -1 : syscall(SYS_write, descriptor, bytes, verdict == HALVED ? half_of(size) : size);
}

EXPORTED ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    const enum verdict verdict = judge(WRITES, "writev", descriptor, NULL);
    if (verdict == FAILS)
        return -1;
    if (verdict == HALVED && count > 0 && parts[0].iov_len > 0)
        return syscall(SYS_write, descriptor, parts[0].iov_base, half_of(parts[0].iov_len));
    return syscall(SYS_writev, descriptor, parts, count);
}

static ssize_t write_at(int descriptor, const void *bytes, size_t size, off_t place)
{
    const enum verdict verdict = judge(WRITES, "pwrite", descriptor, NULL);
    return verdict == FAILS ? -1 : syscall(SYS_pwrite64, descriptor, bytes, verdict == HALVED ? half_of(size) : size, place);
}

EXPORTED ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place)
{
    return write_at(descriptor, bytes, size, place);
}

EXPORTED ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t place)
{
    return write_at(descriptor, bytes, size, place);
}

EXPORTED int fsync(int descriptor)
{
    return judge(GROWS, "fsync", descriptor, NULL) == FAILS ? -1 : (int)syscall(SYS_fsync, descriptor);
}

EXPORTED int fdatasync(int descriptor)
{
    return judge(GROWS, "fdatasync", descriptor, NULL) == FAILS ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

static int set_length(int descriptor, off_t length)
{
    return judge(GROWS, "ftruncate", descriptor, NULL) == FAILS ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

EXPORTED int ftruncate(int descriptor, off_t length)
{
    return set_length(descriptor, length);
}

EXPORTED int ftruncate64(int descriptor, off_t length)
{
    return set_length(descriptor, length);
}

EXPORTED int mkdir(const char *name, mode_t mode)
{
    return judge(GROWS, "mkdir", AT_FDCWD, name) == FAILS ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
}

EXPORTED int rename(const char *from, const char *to)
{
    return judge(GROWS, "rename", AT_FDCWD, to) == FAILS ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORTED int renameat2(int from_descriptor, const char *from, int to_descriptor, const char *to, unsigned flags)
{
    return judge(GROWS, "rename", to_descriptor, to) == FAILS
        ? -1
        : (int)syscall(SYS_renameat2, from_descriptor, from, to_descriptor, to, flags);
}

EXPORTED int linkat(int from_descriptor, const char *from, int to_descriptor, const char *to, int flags)
{
    return judge(GROWS, "linkat", to_descriptor, to) == FAILS
        ? -1
        : (int)syscall(SYS_linkat, from_descriptor, from, to_descriptor, to, flags);
}

EXPORTED int unlink(const char *name)
{
    return judge(ENDS, "unlink", AT_FDCWD, name) == FAILS ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

EXPORTED int unlinkat(int descriptor, const char *name, int flags)
{
    return judge(ENDS, "unlink", descriptor, name) == FAILS ? -1 : (int)syscall(SYS_unlinkat, descriptor, name, flags);
}

EXPORTED int rmdir(const char *name)
{
    return judge(ENDS, "rmdir", AT_FDCWD, name) == FAILS ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
}

EXPORTED int remove(const char *name)
{
    if (judge(ENDS, "remove", AT_FDCWD, name) == FAILS)
        return -1;
    const int removed = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    return removed != 0 && errno == EISDIR ? (int)syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR) : removed;
}

// Closed is the file also where the call fails.
EXPORTED int close(int descriptor)
{
    const enum verdict verdict = judge(ENDS, "close", descriptor, NULL);
    const int reason = errno;
    const int closed = (int)syscall(SYS_close, descriptor);
    if (verdict != FAILS)
        return closed;
    errno = reason;
    return -1;
}
