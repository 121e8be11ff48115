/*
 * Many viewers in one thread: WebSocket clients that read, tell the age of what they get, and answer where the protocol wants
 * an answer. Compiled when a measurement runs; see sink.ts.
 *
 *   sink host port path protocol viewers stamps [hello]
 *
 * protocol: ws (binary messages are frames), mpl (frames among others, which are acknowledged, and pings, as a receiver of the kit does),
 *           sio (Socket.IO 4 over WebSocket), nats (NATS over WebSocket).
 * stamps:   a file of 65,536 u64: when (CLOCK_MONOTONIC, ns) the frame with that sequence was published.
 * hello:    of mpl, in hex: the first message. Sixteen '#' in it become the number of the viewer.
 *
 * A frame begins with the header of the kit: u8 type, u8 flags, u16 sequence, ... On standard input it is told
 *   open        connect them all; answers {"open":n,"ms":t} once all are, and of mpl have their first frame
 *   begin       count from now on
 *   end         answers the counts as JSON
 *   stall n     the last n read nothing for now, all others do
 * and it ends with its input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WS, MPL, SIO, NATS };
enum { CLOSED, CONNECTING, GREETING, OPEN };

/* What a receiver of the kit does: transport/session/receiver-end.ts. */
#define ACK_FRAMES 32
#define ACK_BYTES (64 * 1024)
#define ACK_MS 1000
#define PING_MS 5000
#define GRID_TILES 0x52
#define ACK 0x74
#define PING 0xFE

/* Handshakes at once, and connections a source address gives. */
#define HANDSHAKES 256
#define PER_ADDRESS 20000
#define PATIENCE_S 60

#define HEAD 192
#define FINE_US 10
#define FINE 100000
#define COARSE_US 1000
#define COARSE 60000

typedef struct {
  int fd;
  uint8_t state, ready;
  /* A WebSocket frame: its head, what is still to come of it, and the first bytes of its payload. */
  uint8_t raw[14], raw_n, opcode, masked;
  uint64_t left, length;
  uint8_t head[HEAD];
  int head_n;
  /* NATS: what is still to come of a message, its end included; else a line is read into `head`. */
  uint64_t body_left, body_length;
  /* The kit's acks. */
  uint32_t frames, acked;
  uint64_t unacked, acked_at, took_at, ping_at;
  int32_t last;
} Viewer;

static int protocol, wanted, opened, readied, next_up, pending, epfd, stalled;
static const char *host, *path;
static int port;
static Viewer *all;
static volatile uint64_t *stamps;
static uint8_t hello[4096];
static int hello_n;
static char *buffer;
#define BUFFER (256 * 1024)

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* ---- counts ---- */

static uint64_t frames, bytes, messages, missed, acks, closed_n, age_n, begun_ns;
static double age_sum;
static uint32_t fine[FINE], coarse[COARSE];
static struct rusage begun_use;

static double cpu_us(struct rusage *u) {
  return u->ru_utime.tv_sec * 1e6 + u->ru_utime.tv_usec + u->ru_stime.tv_sec * 1e6 + u->ru_stime.tv_usec;
}

static void begin(void) {
  frames = bytes = messages = missed = acks = closed_n = age_n = 0;
  age_sum = 0;
  memset(fine, 0, sizeof fine);
  memset(coarse, 0, sizeof coarse);
  for (int i = 0; i < wanted; i++) all[i].last = -1;
  getrusage(RUSAGE_SELF, &begun_use);
  begun_ns = now_ns();
}

static double quantile_ms(double p) {
  uint64_t rank = (uint64_t)(p * age_n), seen = 0;
  for (int i = 0; i < FINE; i++)
    if ((seen += fine[i]) > rank) return (i + 0.5) * FINE_US / 1000.0;
  for (int i = 0; i < COARSE; i++)
    if ((seen += coarse[i]) > rank) return (i + 0.5) * COARSE_US / 1000.0;
  return -1;
}

static void end(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  double seconds = (now_ns() - begun_ns) / 1e9;
  printf(
      "{\"seconds\":%.6f,\"frames\":%llu,\"bytes\":%llu,\"messages\":%llu,\"missed\":%llu,\"acks\":%llu,\"closed\":%llu,"
      "\"cpu\":%.4f,\"age\":{\"mean\":%.4f,\"p50\":%.4f,\"p99\":%.4f}}\n",
      seconds, (unsigned long long)frames, (unsigned long long)bytes, (unsigned long long)messages,
      (unsigned long long)missed, (unsigned long long)acks, (unsigned long long)closed_n,
      (cpu_us(&use) - cpu_us(&begun_use)) / 1e6 / seconds, age_n ? age_sum / age_n / 1e6 : -1.0, quantile_ms(0.5),
      quantile_ms(0.99));
  fflush(stdout);
}

static void delivered(Viewer *v, const uint8_t *head, uint64_t length) {
  uint16_t sequence = head[2] | head[3] << 8;
  uint64_t at = stamps[sequence];
  frames++;
  bytes += length;
  if (at != 0) {
    int64_t age = (int64_t)(now_ns() - at);
    if (age < 0) age = 0;
    uint64_t us = age / 1000;
    age_sum += age;
    age_n++;
    if (us < (uint64_t)FINE * FINE_US) fine[us / FINE_US]++;
    else if (us < (uint64_t)COARSE * COARSE_US) coarse[us / COARSE_US]++;
    else coarse[COARSE - 1]++;
  }
  if (v->last >= 0) {
    uint16_t gap = (uint16_t)(sequence - v->last);
    if (gap > 1 && gap < 32768) missed += gap - 1;
  }
  v->last = sequence;
}

/* ---- sending ---- */

static void lost(Viewer *v) {
  if (v->fd < 0) return;
  if (v->state != OPEN) die("a viewer was refused");
  close(v->fd);
  v->fd = -1;
  v->state = CLOSED;
  closed_n++;
}

/* What viewers say is short: a socket whose buffer has no room for it is broken. */
static void say(Viewer *v, int opcode, const void *data, int n) {
  uint8_t out[4200];
  int at = 2;
  out[0] = 0x80 | opcode;
  if (n < 126) out[1] = 0x80 | n;
  else {
    out[1] = 0x80 | 126;
    out[2] = n >> 8;
    out[3] = n & 255;
    at = 4;
  }
  uint32_t mask = (uint32_t)(now_ns() * 2654435761u) | 1;
  memcpy(out + at, &mask, 4);
  for (int i = 0; i < n; i++) out[at + 4 + i] = ((const uint8_t *)data)[i] ^ out[at + (i & 3)];
  if (send(v->fd, out, at + 4 + n, MSG_NOSIGNAL) != at + 4 + n) lost(v);
}

static void acknowledge(Viewer *v, uint64_t now) {
  uint8_t out[32] = {ACK};
  int n = 16;
  for (uint32_t rest = v->frames;; rest >>= 7) {
    out[n++] = (rest & 127) | (rest > 127 ? 128 : 0);
    if (rest <= 127) break;
  }
  float ms = (now - v->took_at) / 1e6f;
  memcpy(out + n, &ms, 4);
  n += 4;
  out[12] = n - 16;
  v->acked = v->frames;
  v->acked_at = now;
  v->unacked = 0;
  acks++;
  say(v, 2, out, n);
}

static void ping(Viewer *v) {
  uint8_t out[29] = {PING};
  out[12] = 13;
  double ms = now_ns() / 1e6;
  memcpy(out + 17, &ms, 8);
  say(v, 2, out, sizeof out);
}

/* ---- hearing ---- */

static void is_ready(Viewer *v) {
  if (v->ready) return;
  v->ready = 1;
  readied++;
}

static void message_mpl(Viewer *v) {
  if (v->head[0] == GRID_TILES) {
    is_ready(v);
    delivered(v, v->head, v->length);
    uint64_t now = now_ns();
    v->frames++;
    v->unacked += v->length;
    v->took_at = now;
    if (v->frames - v->acked >= ACK_FRAMES || v->unacked >= ACK_BYTES || now - v->acked_at >= ACK_MS * 1000000ull)
      acknowledge(v, now);
  } else if (v->head[0] == PING && v->head[16] == 0) {
    if (v->frames != v->acked) acknowledge(v, now_ns());
    v->head[16] = 1;
    say(v, 2, v->head, (int)v->length);
  }
}

static void message(Viewer *v) {
  messages++;
  if (v->opcode == 8) return lost(v);
  if (v->opcode == 9) return say(v, 10, v->head, v->head_n);
  if (protocol == MPL && v->opcode == 2) message_mpl(v);
  else if (protocol == WS && v->opcode == 2) delivered(v, v->head, v->length);
  else if (protocol == SIO) {
    if (v->opcode == 2) delivered(v, v->head, v->length);
    else if (v->head[0] == '0') say(v, 1, "40", 2);
    else if (v->head[0] == '2') say(v, 1, "3", 1);
    else if (v->head[0] == '4' && v->head[1] == '0') is_ready(v);
  }
}

/* NATS is a stream of its own: lines, and after a line `MSG subject id length` so many bytes, and an end of line. */
static void nats(Viewer *v, const uint8_t *data, uint64_t n) {
  static const char hi[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB frames 1\r\nPING\r\n";
  while (n > 0) {
    if (v->body_left > 0) {
      uint64_t take = n < v->body_left ? n : v->body_left;
      uint64_t keep = take < (uint64_t)(16 - v->head_n) ? take : (uint64_t)(16 - v->head_n);
      memcpy(v->head + v->head_n, data, keep);
      v->head_n += (int)keep;
      v->body_left -= take;
      data += take;
      n -= take;
      if (v->body_left == 0) {
        delivered(v, v->head, v->body_length);
        v->head_n = 0;
      }
      continue;
    }
    uint8_t c = *data++;
    n--;
    if (c != '\n') {
      if (v->head_n < HEAD - 1) v->head[v->head_n++] = c;
      continue;
    }
    v->head[v->head_n] = 0;
    char *line = (char *)v->head;
    v->head_n = 0;
    if (!strncmp(line, "MSG ", 4)) {
      v->body_length = strtoull(strrchr(line, ' ') + 1, NULL, 10);
      v->body_left = v->body_length + 2;
    } else if (!strncmp(line, "INFO", 4)) say(v, 2, hi, sizeof hi - 1);
    else if (!strncmp(line, "PING", 4)) say(v, 2, "PONG\r\n", 6);
    else if (!strncmp(line, "PONG", 4)) is_ready(v);
    else if (!strncmp(line, "-ERR", 4)) {
      fprintf(stderr, "sink: %s\n", line);
      return lost(v);
    }
  }
}

static void hear(Viewer *v, const uint8_t *data, uint64_t n) {
  while (n > 0 && v->fd >= 0) {
    if (v->raw_n < 14 && !(v->raw_n & 0x80)) {
      /* Still in the head of a frame. */
      v->raw[v->raw_n++] = *data++;
      n--;
      if (v->raw_n < 2) continue;
      int need = (v->raw[1] & 127) == 127 ? 10 : (v->raw[1] & 127) == 126 ? 4 : 2;
      if (v->raw_n < need) continue;
      if (v->raw[1] & 128) die("a server masked");
      v->left = v->raw[1] & 127;
      if (need > 2) {
        v->left = 0;
        for (int i = 2; i < need; i++) v->left = v->left << 8 | v->raw[i];
      }
      if (v->raw[0] & 15) v->opcode = v->raw[0] & 15;
      v->length = v->left;
      if (protocol != NATS || v->opcode != 2) v->head_n = 0;
      v->raw_n = 0x80;
    }
    uint64_t take = n < v->left ? n : v->left;
    if (protocol == NATS && v->opcode == 2) nats(v, data, take);
    else if (v->head_n < HEAD) {
      int keep = take < (uint64_t)(HEAD - v->head_n) ? (int)take : HEAD - v->head_n;
      memcpy(v->head + v->head_n, data, keep);
      v->head_n += keep;
    }
    data += take;
    n -= take;
    v->left -= take;
    if (v->left > 0) return;
    v->raw_n = 0;
    if (v->fd >= 0 && (protocol != NATS || v->opcode != 2)) message(v);
    else messages++;
  }
}

/* ---- connecting ---- */

static void connect_next(void) {
  Viewer *v = &all[next_up];
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &to.sin_addr);
  from.sin_addr.s_addr = htonl(0x7f000002 + next_up / PER_ADDRESS);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0) die("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
#ifdef IP_BIND_ADDRESS_NO_PORT
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
#endif
  if (to.sin_addr.s_addr == htonl(INADDR_LOOPBACK)) bind(fd, (struct sockaddr *)&from, sizeof from);
  v->fd = fd;
  v->state = CONNECTING;
  v->last = -1;
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) die("connect");
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = v};
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  next_up++;
  pending++;
}

static void greet(Viewer *v) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) {
    errno = error;
    die("connect");
  }
  char request[1024];
  int n = snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                   path, host, port);
  if (send(v->fd, request, n, MSG_NOSIGNAL) != n) die("send");
  v->state = GREETING;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
  epoll_ctl(epfd, EPOLL_CTL_MOD, v->fd, &event);
}

/* The answer to the handshake ends with an empty line; what follows are frames. */
static void greeted(Viewer *v, uint8_t *data, ssize_t n) {
  for (ssize_t i = 0; i < n; i++) {
    static const char end_of_head[] = "\r\n\r\n";
    if (v->head_n < 12) v->head[v->head_n++] = data[i];
    v->raw_n = data[i] == end_of_head[v->raw_n] ? v->raw_n + 1 : data[i] == '\r';
    if (v->raw_n < 4) continue;
    if (memcmp(v->head, "HTTP/1.1 101", 12)) {
      fprintf(stderr, "sink: %.*s\n", (int)n, data);
      die("no WebSocket");
    }
    v->raw_n = v->head_n = 0;
    v->state = OPEN;
    opened++;
    pending--;
    v->ping_at = now_ns() + (uint64_t)(v - all) % PING_MS * 1000000ull;
    if (protocol == WS) is_ready(v);
    if (hello_n > 0) {
      uint8_t mine[sizeof hello];
      char number[17];
      memcpy(mine, hello, hello_n);
      snprintf(number, sizeof number, "%016x", (unsigned)(v - all));
      uint8_t *mark = memmem(mine, hello_n, "################", 16);
      if (mark) memcpy(mark, number, 16);
      say(v, 2, mine, hello_n);
    }
    return hear(v, data + i + 1, n - i - 1);
  }
}

static void readable(Viewer *v) {
  ssize_t n = recv(v->fd, buffer, BUFFER, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return lost(v);
  if (v->state == GREETING) greeted(v, (uint8_t *)buffer, n);
  else hear(v, (uint8_t *)buffer, n);
}

/* ---- orders ---- */

static int opening;
static uint64_t opening_at;

static void order(char *line) {
  int n;
  if (!strcmp(line, "open")) {
    opening = 1;
    opening_at = now_ns();
  } else if (!strcmp(line, "begin")) begin();
  else if (!strcmp(line, "end")) end();
  else if (sscanf(line, "stall %d", &n) == 1) {
    for (int i = wanted - stalled; i < wanted; i++) {
      struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
      if (all[i].fd >= 0) epoll_ctl(epfd, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    for (int i = wanted - n; i < wanted; i++)
      if (all[i].fd >= 0) epoll_ctl(epfd, EPOLL_CTL_DEL, all[i].fd, NULL);
    stalled = n;
  }
}

static void listen_to_orders(void) {
  static char line[256];
  static int n;
  char c[256];
  ssize_t got = read(0, c, sizeof c);
  if (got <= 0) exit(0);
  for (ssize_t i = 0; i < got; i++) {
    if (c[i] != '\n') {
      if (n < 255) line[n++] = c[i];
      continue;
    }
    line[n] = 0;
    n = 0;
    order(line);
  }
}

int main(int argc, char **argv) {
  if (argc < 7) {
    fprintf(stderr, "usage: sink host port path ws|mpl|sio|nats viewers stamps [hello]\n");
    return 2;
  }
  host = argv[1];
  port = atoi(argv[2]);
  path = argv[3];
  protocol = !strcmp(argv[4], "mpl") ? MPL : !strcmp(argv[4], "sio") ? SIO : !strcmp(argv[4], "nats") ? NATS : WS;
  wanted = atoi(argv[5]);
  int fd = open(argv[6], O_RDONLY);
  if (fd < 0) die(argv[6]);
  stamps = mmap(NULL, 65536 * 8, PROT_READ, MAP_SHARED, fd, 0);
  if (stamps == MAP_FAILED) die("mmap");
  if (argc > 7)
    for (const char *hex = argv[7]; hex[0] && hex[1] && hello_n < (int)sizeof hello; hex += 2) {
      unsigned byte;
      sscanf(hex, "%2x", &byte);
      hello[hello_n++] = byte;
    }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  all = calloc(wanted, sizeof *all);
  buffer = malloc(BUFFER);
  epfd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event orders = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epfd, EPOLL_CTL_ADD, 0, &orders);
  begin();

  struct epoll_event events[1024];
  uint64_t swept = now_ns();
  for (;;) {
    int n = epoll_wait(epfd, events, 1024, 20);
    for (int i = 0; i < n; i++) {
      Viewer *v = events[i].data.ptr;
      if (v == NULL) listen_to_orders();
      else if (v->fd < 0) continue;
      else if (v->state == CONNECTING) greet(v);
      else readable(v);
    }
    uint64_t now = now_ns();
    if (opening) {
      while (next_up < wanted && pending < HANDSHAKES) connect_next();
      if (readied == wanted) {
        printf("{\"open\":%d,\"ms\":%.1f}\n", opened, (now - opening_at) / 1e6);
        fflush(stdout);
        opening = 0;
      } else if (now - opening_at > PATIENCE_S * 1000000000ull) {
        fprintf(stderr, "sink: of %d viewers, %d are connected and %d have begun\n", wanted, opened, readied);
        return 1;
      }
    }
    /* The last frames before a pause are acknowledged too. */
    if (protocol == MPL && now - swept > 50000000ull) {
      swept = now;
      for (int i = 0; i < wanted - stalled; i++) {
        Viewer *v = &all[i];
        if (v->state == OPEN && v->frames != v->acked && now - v->acked_at >= ACK_MS * 1000000ull) acknowledge(v, now);
        if (v->state == OPEN && now >= v->ping_at) {
          v->ping_at = now + PING_MS * 1000000ull;
          ping(v);
        }
      }
    }
  }
}
