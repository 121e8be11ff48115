import { expect } from '@open-wc/testing';
import { Edits } from './edits.js';

it('tells of which generation a picture is, whatever was drawn since', () => {
  const edits = new Edits();
  expect(edits.generationAt(7)).to.equal(7);
  edits.note({ epoch: 1, version: 3, edits: 3 });
  edits.note({ epoch: 1, version: 24, edits: 4 });
  edits.note({ epoch: 1, version: 31, edits: 5 });
  const generations = [3, 10, 23, 24, 30, 31, 40].map((version) => edits.generationAt(version));
  expect(generations).to.deep.equal([0, 7, 20, 20, 26, 26, 35]);
  // Another world begins anew; this one goes on from where it was lost.
  edits.note({ epoch: 2, version: 50, edits: 8 });
  expect(edits.generationAt(50)).to.equal(42);
  for (let version = 51; version <= 30_000; version++) edits.note({ epoch: 2, version, edits: version - 42 });
  expect(edits.generationAt(30_000)).to.equal(42);
});
