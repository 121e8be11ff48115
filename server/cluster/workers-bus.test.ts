import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { run } from '../testing/run.js';
import { closeAll, later } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { busContract } from './testing/bus-contract.js';
import { pipes } from './testing/pipes.js';
import { converged, Host, startViewer } from './testing/stage.js';
import { WorkersBus, WorkersHub } from './workers-bus.js';

afterEach(closeAll);

busContract('workers', async () => {
  const hub = new WorkersHub();
  const worker = (): WorkersBus => {
    const [here, there] = pipes();
    hub.add(there);
    return new WorkersBus(here);
  };
  return { a: worker(), b: worker(), close: async () => {} };
});

describe('mpl serve --workers', { timeout: 300_000 }, () => {
  const childrenOf = (pid: number): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

  const start = async () => {
    const served = run(['serve', '--port', '0', '--no-open', '--workers', '2']);
    later(() => served.child.kill('SIGKILL'));
    const [, url] = await served.printed(/channels +(http:\S+)\/channels/);
    await served.printed(/workers +2/);
    return { served, url: url!, workers: () => childrenOf(served.child.pid!) };
  };

  const skip = existsSync('/proc/self/task') ? false : 'its workers cannot be told apart here';

  it('is one relay: behind one port every viewer sees every host, whichever worker took it', { skip }, async () => {
    const { served, url, workers } = await start();
    assert.equal(workers().length, 2);
    const hosts = [new Host(url, 'one'), new Host(url, 'two')];
    const viewers = hosts.map((host) => Array.from({ length: 4 }, () => startViewer(url, host)));
    for (const [i, host] of hosts.entries()) {
      for (let n = 0; n < 20; n++) host.step();
      await converged(host, ...viewers[i]!);
      await viewers[i]![0]!.command({ command: 'pause' });
    }
    // The port is theirs.
    const second = run(['serve', '--port', new URL(url).port, '--no-open', '--workers', '1']);
    assert.equal(await second.done, 1);
    assert.match(second.text.err, /port \d+ on 127.0.0.1 is in use/);
    // One dies: what was connected to it comes back, to the other or to the one that takes its place.
    const [victim] = workers();
    process.kill(victim!, 'SIGKILL');
    await until(() => workers().length === 2 && !workers().includes(victim!));
    for (const [i, host] of hosts.entries()) {
      await until(() => host.uplink.status === 'live');
      host.step();
      await converged(host, ...viewers[i]!);
    }
    const [line] = served.text.err.split('\n').filter((text) => text.includes('a worker ended, and another starts'));
    const { level, worker, signal } = JSON.parse(line!);
    assert.deepEqual([level, worker, signal], ['warn', victim, 'SIGKILL']);
    served.child.kill('SIGTERM');
    assert.equal(await served.done, 0);
  });

  it('ends with the reason where workers end again and again', { skip }, async () => {
    const { served, workers } = await start();
    let killed = 0;
    const known = new Set<number>();
    const kill = setInterval(() => {
      for (const pid of served.child.exitCode === null ? workers() : []) {
        if (known.has(pid)) continue;
        known.add(pid);
        process.kill(pid, 'SIGKILL');
        killed++;
      }
    }, 20);
    later(() => clearInterval(kill));
    assert.equal(await served.done, 1);
    clearInterval(kill);
    assert.ok(killed >= 8, `${killed} were killed`);
    assert.match(
      served.text.err,
      /"level":"error".*"why":"workers end again and again, 8 in a row, the last with SIGKILL"/,
    );
  });

  it('needs a number', async () => {
    const wrong = run(['serve', '--workers', 'many']);
    assert.equal(await wrong.done, 2);
    assert.match(wrong.text.err, /--workers: expected a whole number from 1 to 64, got "many"/);
  });
});
