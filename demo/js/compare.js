/** Compares a host and a viewer cell by cell, by the digests of both at the same version. */

const PATIENCE = 5_000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function within(ms, promise) {
  return Promise.race([
    promise,
    wait(ms).then(() => {
      throw new Error('the window did not get there in time');
    }),
  ]);
}

/** Holds the world for as long as it takes, and lets it go on if it ran before. */
export async function compareDigests(host, view) {
  const ran = host.controlState?.paused === false;
  if (ran) await host.pause();
  try {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const here = await host.digest();
      const there = await within(PATIENCE, view.digest());
      if (here.version === there.version) return { version: here.version, here: here.hash, there: there.hash };
      if (performance.now() > end) throw new Error('the window did not get there in time');
      await wait(50);
    }
  } finally {
    if (ran) await host.play();
  }
}
