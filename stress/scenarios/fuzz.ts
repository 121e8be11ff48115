/** The fuzzers, which lie beside what they test, at full length: FUZZ=N for another number of cases. */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** Every `fuzz.test.ts`. */
function fuzzers(): string[] {
  return ['transport', 'server'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(^|[\\/])fuzz\.test\.ts$/.test(file))
      .map((file) => join(room, file)),
  );
}

const fuzz: Scenario = {
  name: 'fuzz',
  about:
    'a million cases for the decoders, the ends of links, a relay, the signaling and tokens (takes minutes; by name only)',
  apart: true,
  seconds: 3600,
  async run(stage) {
    const files = fuzzers();
    const cases = process.env.FUZZ ?? String(stage.scale(10_000, 1_000_000));
    let output = '';
    const child = spawn(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...files], {
      cwd: ROOT,
      env: { ...process.env, FUZZ: cases, SEED: String(stage.seed) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    stage.keep({ close: () => child.kill() });
    child.stdout.on('data', (part) => (output += part));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) {
      const failed = output.split('\n').filter((line) => /not ok|error:|^ {6}'/.test(line));
      throw new Error(`${failed.slice(0, 10).join('\n')}\n(FUZZ=${cases} SEED=${stage.seed})`);
    }
    return `${cases} cases each: ${files.join(', ')}`;
  },
};

export const fuzzing: Scenario[] = [fuzz];
