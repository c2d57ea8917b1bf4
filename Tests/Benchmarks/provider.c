/* The other side of the benchmark, as fast as one thread can be: a provider that answers in
 * CashyPay's form (Sources/Providers/CashyPay/README.md), and a merchant's receiver of webhooks.
 *
 *   POST /api/payIn        an order: its number echoed, a CLABE of its own
 *   POST /api/payInQuery   by orderNo: still pending; by mchOrderNo: no such (PATCH) order
 *   POST /v1/payins        what nginx proxies: answered as an order is
 *   POST /hooks            taken
 *   GET  /counts           how many of each, as JSON
 *   GET  /orders           the numbers of all orders, a line each
 *
 * An orderNo is the order's number and its amount, so that a query needs no memory.
 * Usage: provider PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 65536, NUMBER = 40, BUFFER = 65536 };

static struct { char *bytes; size_t used; } connections[MOST_CONNECTIONS];
static struct { long orders, queries, further, hooks; } counts;
/* The numbers of the orders that had one. */
static char (*orders)[NUMBER];
static long kept, room;

/* The value of a member of a flat JSON object without spaces, up to a quote, comma or brace. */
static int member(const char *body, const char *name, char *value, size_t size) {
  char key[32];
  int length = snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(body, key);
  if (!found) return 0;
  found += length;
  if (*found == '"') found++;
  size_t end = strcspn(found, "\",}");
  if (end >= size) return 0;
  memcpy(value, found, end);
  value[end] = 0;
  return 1;
}

static void send_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      struct pollfd one = {fd, POLLOUT, 0};
      poll(&one, 1, -1);
    } else if (sent < 0) {
      return;
    } else {
      bytes += sent;
      count -= sent;
    }
  }
}

static void answer(int fd, const char *body, size_t length) {
  char out[2048];
  int head = snprintf(out, sizeof out,
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", length);
  if (head + length <= sizeof out) {
    memcpy(out + head, body, length);
    send_all(fd, out, head + length);
  } else {
    send_all(fd, out, head);
    send_all(fd, body, length);
  }
}

static void keep(const char *number) {
  if (kept == room) {
    room = room ? room * 2 : 1 << 16;
    orders = realloc(orders, room * sizeof *orders);
    if (!orders) exit(1);
  }
  snprintf(orders[kept++], NUMBER, "%s", number);
}

/* Nine digits that follow from the number. */
static unsigned long digits(const char *number) {
  uint64_t hash = 14695981039346656037u;
  while (*number) hash = (hash ^ (unsigned char)*number++) * 1099511628211u;
  return hash % 1000000000;
}

static int order(const char *body, char *out, size_t size) {
  char number[NUMBER] = "none", amount[24] = "0";
  counts.orders++;
  if (member(body, "mchOrderNo", number, sizeof number)) keep(number);
  member(body, "amount", amount, sizeof amount);
  return snprintf(out, size,
    "{\"code\":200,\"msg\":\"SUCCESS\",\"data\":{\"merchantId\":\"1\",\"mchOrderNo\":\"%s\","
    "\"orderNo\":\"%s-%s\",\"payCode\":\"684180104%09lu\",\"amount\":\"%s\",\"orderFee\":\"1\"}}",
    number, number, amount, digits(number), amount);
}

static int query(const char *body, char *out, size_t size) {
  char id[NUMBER + 24];
  if (!member(body, "orderNo", id, sizeof id)) {
    counts.further++;
    return snprintf(out, size, "{\"code\":200,\"msg\":\"SUCCESS\",\"data\":null}");
  }
  counts.queries++;
  char *dash = strrchr(id, '-');
  const char *amount = dash ? dash + 1 : "0";
  if (dash) *dash = 0;
  return snprintf(out, size,
    "{\"code\":200,\"msg\":\"SUCCESS\",\"data\":{\"merchantId\":\"1\",\"mchOrderNo\":\"%s\","
    "\"orderNo\":\"%s-%s\",\"channelOrderNo\":null,\"payType\":69,\"payCode\":\"684180104%09lu\","
    "\"amount\":%s,\"fee\":1,\"orderStatus\":\"PAYING\",\"completionTime\":null,"
    "\"orderType\":\"API\",\"patchOrderNo\":null,\"patchMchOrderNo\":null}}",
    id, id, amount, digits(id), amount);
}

static void list_orders(int fd) {
  char *text = malloc(kept * NUMBER + 1);
  size_t used = 0;
  if (!text) exit(1);
  for (long i = 0; i < kept; i++) used += sprintf(text + used, "%s\n", orders[i]);
  answer(fd, text, used);
  free(text);
}

static void serve(int fd, const char *head, const char *body) {
  char out[1024];
  int length = 0;
  if (!strncmp(head, "POST /api/payInQuery ", 21)) {
    length = query(body, out, sizeof out);
  } else if (!strncmp(head, "POST /hooks ", 12)) {
    counts.hooks++;
  } else if (!strncmp(head, "GET /orders ", 12)) {
    return list_orders(fd);
  } else if (!strncmp(head, "GET /counts ", 12)) {
    length = snprintf(out, sizeof out,
      "{\"orders\":%ld,\"queries\":%ld,\"further\":%ld,\"hooks\":%ld}",
      counts.orders, counts.queries, counts.further, counts.hooks);
  } else {
    length = order(body, out, sizeof out);
  }
  answer(fd, out, length);
}

/* Answers every whole request; what is left over moves to the front. */
static void take(int fd) {
  char *at = connections[fd].bytes, *end = at + connections[fd].used, *stop;
  while ((stop = memmem(at, end - at, "\r\n\r\n", 4))) {
    *stop = 0;
    char *length = strcasestr(at, "\r\nContent-Length:");
    char *body = stop + 4, *next = body + (length ? strtoul(length + 17, NULL, 10) : 0);
    if (next > end) {
      *stop = '\r';
      break;
    }
    char kept = *next;
    *next = 0;
    serve(fd, at, body);
    *next = kept;
    at = next;
  }
  connections[fd].used = end - at;
  memmove(connections[fd].bytes, at, end - at);
}

static void drop(int fd) {
  close(fd);
  connections[fd].used = 0;
}

int main(int count, char **arguments) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poller = epoll_create1(0);
  struct sockaddr_in address = {AF_INET, htons(count > 1 ? atoi(arguments[1]) : 0),
    {htonl(INADDR_LOOPBACK)}, {0}};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("provider");
    return 1;
  }
  struct epoll_event event = {EPOLLIN, {.fd = listener}}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (fd >= MOST_CONNECTIONS) { close(fd); continue; }
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          if (!connections[fd].bytes) connections[fd].bytes = malloc(BUFFER + 1);
          if (!connections[fd].bytes) return 1;
          event = (struct epoll_event){EPOLLIN, {.fd = fd}};
          epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
        }
        continue;
      }
      size_t used = connections[fd].used;
      ssize_t got = recv(fd, connections[fd].bytes + used, BUFFER - used, 0);
      if (got > 0) {
        connections[fd].used += got;
        take(fd);
      } else if (got == 0 || errno != EAGAIN) {
        drop(fd);
      }
    }
  }
}
