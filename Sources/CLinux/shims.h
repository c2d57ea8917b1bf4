// epoll, eventfd and accept4 are absent from Swift's Glibc module.
#ifndef PASARELA_CLINUX_H
#define PASARELA_CLINUX_H
#include <stdint.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

// Declared here, for _GNU_SOURCE would give fd_set another shape than other modules' headers do.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

static inline int pasarela_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  return accept4(fd, address, length, flags);
}

// struct epoll_event is packed and holds a union: neither is pleasant from Swift.
struct pasarela_ready {
  uint64_t token;
  uint32_t events;
};

static inline int pasarela_epoll_control(
    int poller, int operation, int fd, uint32_t events, uint64_t token) {
  struct epoll_event event = { .events = events, .data = { .u64 = token } };
  return epoll_ctl(poller, operation, fd, &event);
}

// Waits for at most 128 descriptors; answers as epoll_wait does.
static inline int pasarela_epoll_wait(
    int poller, struct pasarela_ready *ready, int capacity, int timeout_milliseconds) {
  struct epoll_event events[128];
  int count =
      epoll_wait(poller, events, capacity < 128 ? capacity : 128, timeout_milliseconds);
  for (int index = 0; index < count; index++) {
    ready[index].token = events[index].data.u64;
    ready[index].events = events[index].events;
  }
  return count;
}

// Bytes that the C library keeps though nobody uses them.
static inline size_t pasarela_unused_bytes(void) { return mallinfo2().fordblks; }

// Gives them back to the system, as far as whole pages are unused.
static inline void pasarela_return_unused(void) { malloc_trim(0); }

// Two pieces in one system call, and a broken connection is an error code, not a SIGPIPE.
static inline ssize_t pasarela_send(
    int fd, const void *first, size_t first_length, const void *second, size_t second_length) {
  struct iovec pieces[2] = {
    { .iov_base = (void *)first, .iov_len = first_length },
    { .iov_base = (void *)second, .iov_len = second_length },
  };
  struct msghdr message = { .msg_iov = pieces, .msg_iovlen = second_length > 0 ? 2 : 1 };
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}
#endif
