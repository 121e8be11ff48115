import { expect } from '@open-wc/testing';
import { channelUrl, resolveServer, resolveSignal } from './server-url.js';

describe('the address of a relay', () => {
  it('comes from the attribute, else from where the kit was loaded, else from the page', () => {
    expect(resolveServer('https://relay.example')!.href).to.equal('https://relay.example/');
    expect(resolveServer('wss://relay.example/sub?x=1#y')!.href).to.equal('https://relay.example/sub/');
    expect(resolveServer('/relay')!.href).to.equal(`${location.origin}/relay/`);
    expect(resolveServer(null, 'https://cdn.example/kit/')!.href).to.equal('https://cdn.example/kit/');
    expect(resolveServer(null, null)!.href).to.equal(`${location.origin}/`);
    expect(resolveServer('none')).to.equal(null);
  });

  it('is refused with a reason where it is none', () => {
    expect(() => resolveServer('http://')).to.throw('http://');
    expect(() => resolveServer('ftp://relay.example')).to.throw('ftp:');
    for (const slip of ['::::', 'http//', 'http//relay.example', 'relay.example', 'localhost:8787', 'true', 'http://:'])
      for (const [name, resolve] of [
        ['server', resolveServer],
        ['signal', (text: string) => resolveSignal(text, null)],
      ] as const)
        expect(() => resolve(slip), slip).to.throw(`${name}="${slip}" is not a URL: expected http`);
    expect(resolveSignal('wss://peers.example/x?key=1', null)).to.equal('https://peers.example/x?key=1');
    expect(resolveSignal('./meet', null)).to.equal(new URL('meet', document.baseURI).href);
    expect(() => resolveServer('data:text/plain,x')).to.throw('data:');
  });

  it('leads to channels and to signaling', () => {
    const server = resolveServer('https://relay.example/sub')!;
    expect(channelUrl(server, 'stream', 'a.b~c')).to.equal('wss://relay.example/sub/stream/a.b~c');
    expect(channelUrl(resolveServer('http://h:1')!, 'peer', 'x')).to.equal('ws://h:1/peer/x');
    expect(resolveSignal(null, server)).to.equal('https://relay.example/sub/signal');
    expect(resolveSignal('peerjs', null)).to.equal('peerjs');
    expect(resolveSignal(null, null)).to.equal(null);
    expect(resolveSignal('none', server)).to.equal(null);
  });
});
