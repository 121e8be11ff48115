import { expect } from '@open-wc/testing';
import { sentence } from './sentence.js';

describe('a message as a sentence', () => {
  it('has a capital, but for what stands in the markup as it is', () => {
    expect(sentence('this channel is for watching only')).to.equal('This channel is for watching only');
    expect(sentence('"x" is no size')).to.equal('"x" is no size');
    expect(sentence('server="x" is no address')).to.equal('server="x" is no address');
    expect(sentence('ice-servers: not JSON')).to.equal('ice-servers: not JSON');
    expect(sentence('ice-servers is not JSON')).to.equal('ice-servers is not JSON');
    expect(sentence('')).to.equal('');
  });
});
