/* A disk that can be cut off, and a clock that can be set, for one program and its children:
 * LD_PRELOAD notes every change of a file below DRILL_DIR in DRILL_LOG, in order, and every flush.
 * drills/power.py builds from that log what a disk would hold that keeps only what was flushed.
 * DRILL_LIE=1: flushes are answered and not noted, as by synchronous=OFF or a lying disk.
 * DRILL_CLOCK names a file holding seconds that are added to the clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char root[PATH_MAX];
static size_t root_len;
static int log_fd = -1, lie;
static const char *clock_file;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int plain_open(const char *path, int flags, mode_t mode) {
  static int (*real)(const char *, int, ...);
  if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
  return real(path, flags, mode);
}

static void start(void) {
  const char *dir = getenv("DRILL_DIR"), *log = getenv("DRILL_LOG");
  clock_file = getenv("DRILL_CLOCK");
  lie = getenv("DRILL_LIE") != NULL;
  if (!dir || !log || !realpath(dir, root)) return;
  root_len = strlen(root);
  log_fd = plain_open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

static int below(const char *path) {
  return log_fd >= 0 && strncmp(path, root, root_len) == 0 && path[root_len] == '/';
}

static int path_of(int fd, char *out) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, out, PATH_MAX - 1);
  if (n <= 0) return 0;
  out[n] = 0;
  return below(out);
}

static int absolute(int at, const char *path, char *out) {
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
  } else {
    char cwd[PATH_MAX / 2];
    if (at == AT_FDCWD) {
      if (!getcwd(cwd, sizeof cwd)) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", at);
      ssize_t n = readlink(link, cwd, sizeof cwd - 1);
      if (n <= 0) return 0;
      cwd[n] = 0;
    }
    if (snprintf(out, PATH_MAX, "%s/%s", cwd, path) >= PATH_MAX) return 0;
  }
  return below(out);
}

/* One record, in one write: kind, inode, offset, lengths, paths, bytes. */
static void note(char kind, uint64_t ino, uint64_t offset, const char *a, const char *b,
                 const struct iovec *bytes, int pieces, uint64_t length) {
  if (log_fd < 0) return;
  struct { char kind; char pad[7]; uint64_t ino, offset, a, b, length; } head;
  memset(&head, 0, sizeof head);
  head.kind = kind; head.ino = ino; head.offset = offset;
  head.a = a ? strlen(a) : 0; head.b = b ? strlen(b) : 0; head.length = length;
  struct iovec out[3 + 64];
  int n = 0;
  out[n++] = (struct iovec){&head, sizeof head};
  if (a) out[n++] = (struct iovec){(void *)a, head.a};
  if (b) out[n++] = (struct iovec){(void *)b, head.b};
  uint64_t left = length;
  for (int i = 0; i < pieces && left && n < 67; i++) {
    size_t take = bytes[i].iov_len < left ? bytes[i].iov_len : left;
    out[n++] = (struct iovec){bytes[i].iov_base, take};
    left -= take;
  }
  static ssize_t (*real)(int, const struct iovec *, int);
  if (!real) real = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  int kept = errno;
  if (real(log_fd, out, n) < 0) { static const char words[] = "drill: the log cannot be written\n"; (void)!write(2, words, sizeof words - 1); _exit(97); }
  errno = kept;
}

static void note_write(int fd, const struct iovec *v, int pieces, off_t offset, ssize_t done) {
  char path[PATH_MAX];
  struct stat st;
  if (done <= 0 || log_fd < 0 || fd == log_fd || fstat(fd, &st) || !S_ISREG(st.st_mode)) return;
  if (!path_of(fd, path)) return;
  note('W', st.st_ino, (uint64_t)offset, path, NULL, v, pieces, (uint64_t)done);
}

static void note_size(int fd, off_t length) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || fstat(fd, &st) || !path_of(fd, path)) return;
  note('T', st.st_ino, (uint64_t)length, path, NULL, NULL, 0, 0);
}

static void note_flush(int fd) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || lie || fstat(fd, &st)) return;
  if (S_ISDIR(st.st_mode)) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return;
    path[n] = 0;
    if (below(path) || strcmp(path, root) == 0) note('D', st.st_ino, 0, path, NULL, NULL, 0, 0);
  } else if (path_of(fd, path)) {
    note('F', st.st_ino, 0, path, NULL, NULL, 0, 0);
  }
}

/* --- opening ----------------------------------------------------------------------------------- */

static int opened(int (*real)(int, const char *, int, ...), int at, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  struct stat st;
  pthread_once(&once, start);
  int ours = absolute(at, path, full);
  int was = ours && stat(full, &st) == 0;
  off_t size = was ? st.st_size : 0;
  int fd = real(at, path, flags, mode);
  if (fd >= 0 && ours && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    if (!was) note('C', st.st_ino, 0, full, NULL, NULL, 0, 0);
    else if ((flags & O_TRUNC) && size > 0) note('T', st.st_ino, 0, full, NULL, NULL, 0, 0);
  }
  return fd;
}

static int via_open(int at, const char *path, int flags, ...) {
  va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list);
  (void)at;
  return plain_open(path, flags, mode);
}
static int via_openat(int at, const char *path, int flags, ...) {
  static int (*real)(int, const char *, int, ...);
  va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list);
  if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
  return real(at, path, flags, mode);
}
#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *path, int flags, ...) { MODE return opened(via_open, AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(via_open, AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return opened(via_openat, at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return opened(via_openat, at, path, flags, mode); }
int creat(const char *path, mode_t mode) { return opened(via_open, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
FILE *fopen(const char *path, const char *how) {
  REAL(fopen);
  char full[PATH_MAX];
  struct stat st;
  pthread_once(&once, start);
  int ours = absolute(AT_FDCWD, path, full), was = ours && stat(full, &st) == 0;
  FILE *file = real(path, how);
  if (file && ours && fstat(fileno(file), &st) == 0) {
    if (!was) note('C', st.st_ino, 0, full, NULL, NULL, 0, 0);
    else if (how[0] == 'w') note('T', st.st_ino, 0, full, NULL, NULL, 0, 0);
  }
  return file;
}
FILE *fopen64(const char *path, const char *how) { return fopen(path, how); }
/* glibc's own writes of a FILE do not pass through write(): its content is noted when it closes. */
int fclose(FILE *file) {
  REAL(fclose);
  pthread_once(&once, start);
  char path[PATH_MAX];
  struct stat st;
  int fd = fileno(file);
  if (fd >= 0 && log_fd >= 0 && path_of(fd, path) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY) {
    fflush(file);
    int again = plain_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (again >= 0 && fstat(again, &st) == 0) {
      char *bytes = malloc((size_t)st.st_size + 1);
      ssize_t n = bytes ? pread(again, bytes, (size_t)st.st_size, 0) : -1;
      struct iovec v = {bytes, n > 0 ? (size_t)n : 0};
      note('T', st.st_ino, (uint64_t)st.st_size, path, NULL, NULL, 0, 0);
      if (n > 0) note('W', st.st_ino, 0, path, NULL, &v, 1, (uint64_t)n);
      free(bytes);
    }
    if (again >= 0) close(again);
  }
  return real(file);
}

/* --- writing ----------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *bytes, size_t n) {
  REAL(write);
  pthread_once(&once, start);
  off_t before = log_fd >= 0 ? lseek(fd, 0, SEEK_CUR) : -1;
  struct stat st;
  if (before >= 0 && (fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &st) == 0) before = st.st_size;
  ssize_t done = real(fd, bytes, n);
  struct iovec v = {(void *)bytes, n};
  if (before >= 0) note_write(fd, &v, 1, before, done);
  return done;
}
ssize_t writev(int fd, const struct iovec *v, int pieces) {
  REAL(writev);
  pthread_once(&once, start);
  off_t before = log_fd >= 0 ? lseek(fd, 0, SEEK_CUR) : -1;
  ssize_t done = real(fd, v, pieces);
  if (before >= 0) note_write(fd, v, pieces, before, done);
  return done;
}
#define PWRITE(name) ssize_t name(int fd, const void *bytes, size_t n, off_t at) { REAL(name); \
  pthread_once(&once, start); ssize_t done = real(fd, bytes, n, at); \
  struct iovec v = {(void *)bytes, n}; note_write(fd, &v, 1, at, done); return done; }
PWRITE(pwrite)
PWRITE(pwrite64)
#define PWRITEV(name) ssize_t name(int fd, const struct iovec *v, int pieces, off_t at) { REAL(name); \
  pthread_once(&once, start); ssize_t done = real(fd, v, pieces, at); note_write(fd, v, pieces, at, done); return done; }
PWRITEV(pwritev)
PWRITEV(pwritev64)
#define FTRUNCATE(name) int name(int fd, off_t length) { REAL(name); \
  pthread_once(&once, start); int done = real(fd, length); if (!done) note_size(fd, length); return done; }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)
#define FALLOCATE(name) int name(int fd, off_t at, off_t length) { REAL(name); \
  pthread_once(&once, start); int done = real(fd, at, length); \
  struct stat st; if (!done && fstat(fd, &st) == 0) note_size(fd, st.st_size); return done; }
FALLOCATE(posix_fallocate)
FALLOCATE(posix_fallocate64)
int fallocate(int fd, int how, off_t at, off_t length) {
  REAL(fallocate);
  pthread_once(&once, start);
  int done = real(fd, how, at, length);
  struct stat st;
  if (!done && fstat(fd, &st) == 0) note_size(fd, st.st_size);
  return done;
}
int truncate(const char *path, off_t length) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) return -1;
  int done = ftruncate(fd, length);
  close(fd);
  return done;
}
/* The kernel's own copying is not seen: callers fall back to reading and writing. */
ssize_t copy_file_range(int a, off_t *b, int c, off_t *d, size_t e, unsigned f) {
  (void)a; (void)b; (void)c; (void)d; (void)e; (void)f;
  errno = ENOSYS;
  return -1;
}

/* --- flushing ---------------------------------------------------------------------------------- */

#define FLUSH(name) int name(int fd) { REAL(name); pthread_once(&once, start); note_flush(fd); return real(fd); }
FLUSH(fsync)
FLUSH(fdatasync)

/* --- names ------------------------------------------------------------------------------------- */

static void note_rename(int fa, const char *a, int fb, const char *b) {
  char from[PATH_MAX], to[PATH_MAX];
  struct stat st;
  if (absolute(fa, a, from) && absolute(fb, b, to) && stat(to, &st) == 0)
    note('R', st.st_ino, S_ISDIR(st.st_mode), from, to, NULL, 0, 0);
}
int rename(const char *a, const char *b) {
  REAL(rename);
  pthread_once(&once, start);
  int done = real(a, b);
  if (!done) note_rename(AT_FDCWD, a, AT_FDCWD, b);
  return done;
}
int renameat(int fa, const char *a, int fb, const char *b) {
  REAL(renameat);
  pthread_once(&once, start);
  int done = real(fa, a, fb, b);
  if (!done) note_rename(fa, a, fb, b);
  return done;
}
int link(const char *a, const char *b) {
  REAL(link);
  pthread_once(&once, start);
  int done = real(a, b);
  char from[PATH_MAX], to[PATH_MAX];
  struct stat st;
  if (!done && absolute(AT_FDCWD, a, from) && absolute(AT_FDCWD, b, to) && stat(to, &st) == 0)
    note('L', st.st_ino, 0, from, to, NULL, 0, 0);
  return done;
}
static void note_unlink(int at, const char *path) {
  char full[PATH_MAX];
  if (absolute(at, path, full)) note('U', 0, 0, full, NULL, NULL, 0, 0);
}
int unlink(const char *path) {
  REAL(unlink);
  pthread_once(&once, start);
  int done = real(path);
  if (!done) note_unlink(AT_FDCWD, path);
  return done;
}
int unlinkat(int at, const char *path, int flags) {
  REAL(unlinkat);
  pthread_once(&once, start);
  int done = real(at, path, flags);
  if (!done) note_unlink(at, path);
  return done;
}
int rmdir(const char *path) {
  REAL(rmdir);
  pthread_once(&once, start);
  int done = real(path);
  if (!done) note_unlink(AT_FDCWD, path);
  return done;
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  pthread_once(&once, start);
  int done = real(path, mode);
  char full[PATH_MAX];
  if (!done && absolute(AT_FDCWD, path, full)) note('M', 0, mode, full, NULL, NULL, 0, 0);
  return done;
}

/* --- the clock --------------------------------------------------------------------------------- */

int clock_gettime(clockid_t which, struct timespec *at) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  pthread_once(&once, start);
  int done = real(which, at);
  if (!done && which == CLOCK_REALTIME && clock_file) {
    char text[32] = {0};
    int fd = plain_open(clock_file, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
      ssize_t n = read(fd, text, sizeof text - 1);
      close(fd);
      if (n > 0) at->tv_sec += atol(text);
    }
  }
  return done;
}
