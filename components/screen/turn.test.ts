import { expect } from '@open-wc/testing';
import { Turn } from './turn.js';

describe('the turn of a screen to steer', () => {
  it('is lost where it ends while the page is hidden, or soon after, and nobody gave it up', () => {
    const turn = new Turn();
    expect(turn.told(true, 0)).to.equal(false);
    turn.seen(true, 1000);
    expect(turn.told(false, 16_000)).to.equal(true);
    expect(turn.lost).to.contain('hidden');
    turn.seen(false, 20_000);
    expect([turn.told(false, 21_000), turn.lost !== '']).to.deep.equal([false, true]);
    turn.told(true, 22_000);
    expect(turn.lost).to.equal('');
    // A page that slept hears of it when it wakes.
    expect(turn.told(false, 23_000)).to.equal(true);
  });

  it('is not where it was given up, or somebody else took it from a page that is seen', () => {
    const turn = new Turn();
    turn.told(true, 0);
    expect([turn.told(false, 10), turn.lost]).to.deep.equal([false, '']);
    turn.told(true, 20);
    turn.seen(true, 30);
    turn.giveUp();
    expect([turn.told(false, 40), turn.lost]).to.deep.equal([false, '']);
  });
});
