/** Takes the network away and gives it back: real sockets, closed, and for a while none that gets through. */

const Real = globalThis.WebSocket;
const open = new Set<WebSocket>();
let down = false;
let most = 0;

class Socket extends Real {
  constructor(url: string | URL, protocols?: string | string[]) {
    // Port 9 discards, where anything listens at all: connections are refused.
    super(down ? 'ws://127.0.0.1:9/' : url, protocols);
    open.add(this);
    most = Math.max(most, network.opening);
    this.addEventListener('close', () => open.delete(this));
  }
}

export const network = {
  /** From now on, sockets of this page can be cut. */
  watch(): void {
    most = 0;
    globalThis.WebSocket = Socket;
  },
  cut(): void {
    down = true;
    for (const socket of open) socket.close(4000, 'cut by the test');
  },
  /** Sockets of this page that are open or opening. */
  get open(): number {
    return open.size;
  },
  /** Those of them that are opening. */
  get opening(): number {
    return [...open].filter(({ readyState }) => readyState === Real.CONNECTING).length;
  },
  /** Sockets that were opening at a time, at most, since `watch()`. */
  get most(): number {
    return most;
  },
  restore(): void {
    down = false;
  },
  unwatch(): void {
    down = false;
    globalThis.WebSocket = Real;
  },
};
