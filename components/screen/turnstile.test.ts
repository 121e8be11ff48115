import { expect } from '@open-wc/testing';
import { inTurn } from './turnstile.js';

describe('the turnstile before a server', () => {
  it('lets a few through at a time, all in the end, and does not jam where one fails', async () => {
    let [inside, most] = [0, 0];
    const open = async (i: number): Promise<number> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 3));
      inside--;
      if (i % 3 === 0) throw new Error('refused');
      return i;
    };
    const tried = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => inTurn('one', () => open(i))));
    expect(most).to.equal(6);
    for (const [i, { status }] of tried.entries()) expect(status).to.equal(i % 3 === 0 ? 'rejected' : 'fulfilled');
    expect(await inTurn('one', () => open(1))).to.equal(1);
  });

  it('holds up nobody because of another server', async () => {
    const never = Array.from({ length: 6 }, () => inTurn('dead', () => new Promise<void>(() => {})));
    expect(await inTurn('well', async () => 'through')).to.equal('through');
    expect(never.length).to.equal(6);
  });
});
