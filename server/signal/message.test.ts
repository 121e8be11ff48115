import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseClientMessage, SignalError } from './message.js';

const relayed = fc.constantFrom('OFFER', 'ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE');
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

test('what a client may say is read as it stands', () => {
  fc.assert(
    fc.property(relayed, id, fc.jsonValue(), (type, dst, payload) => {
      const text = JSON.stringify({ type, dst, payload, src: 'ignored' });
      const read = parseClientMessage(text);
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify({ type, dst, payload })));
    }),
  );
});

test('whatever else comes is a SignalError and nothing worse', () => {
  const field = fc.oneof(relayed, id, fc.jsonValue(), fc.constantFrom('__proto__', 'OPEN', 'a b', ''));
  const almost = fc.record({ type: field, dst: field, payload: field }, { requiredKeys: [] });
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    almost.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (input) => {
      try {
        const message = parseClientMessage(input);
        assert.match(message.type, /^(OFFER|ANSWER|CANDIDATE|LEAVE|EXPIRE|HEARTBEAT)$/);
        if (message.type !== 'HEARTBEAT') assert.match(message.dst, /^[A-Za-z0-9_-]{1,64}$/);
      } catch (error) {
        assert.ok(error instanceof SignalError, String(error));
      }
    }),
    { numRuns: 5000 },
  );
});
