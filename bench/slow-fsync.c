/* Preloaded into a server, makes every fsync and fdatasync take 5 ms longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static int slowed(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  usleep(5000);
  return real(fd);
}

int fsync(int fd) { return slowed("fsync", fd); }
int fdatasync(int fd) { return slowed("fdatasync", fd); }
