import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { observer, type types } from 'mediasoup';
import { afterEach, describe, expect, it } from 'vitest';
import type { MediaOffer } from '@treff/protocol';
import { newIncarnation, participant, refTo } from '@treff/testing';
import type { MediasoupBridge } from '../src/index.ts';
import { checkCandidate } from './stun.ts';
import { testBridge } from './test-bridge.ts';

const PORT = 43_300;
const OWN = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
const LAN = OWN.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const HAS_IPV6 = OWN.some(({ address }) => address === '::1');

describe('the addresses of a bridge', () => {
  let bridge: MediasoupBridge | undefined;
  afterEach(() => bridge?.shutdown());

  async function offerOf(made: MediasoupBridge): Promise<MediaOffer> {
    bridge = made;
    const conference = newIncarnation();
    await made.open(conference);
    return made.endpoint(refTo(conference, participant(1)), { rtpCapabilities: made.rtpCapabilities });
  }

  it('all answer by default, each itself, over UDP and TCP, for both transports', async () => {
    const offer = await offerOf(await testBridge({ port: PORT, workers: 1 }));
    const addresses = new Set(offer.send.iceCandidates.map(({ address }) => address));
    expect(addresses).toContain('127.0.0.1');
    if (LAN !== undefined) expect(addresses).toContain(LAN);
    if (HAS_IPV6) expect(addresses).toContain('::1');
    for (const { iceCandidates, iceParameters } of [offer.send, offer.receive]) {
      expect(iceCandidates).toHaveLength(2 * addresses.size);
      for (const candidate of iceCandidates) {
        expect(await checkCandidate(candidate, iceParameters)).toBe(`${candidate.address} ${PORT}`);
      }
    }
  });

  it('are on a port of its own for each worker', async () => {
    const made = await testBridge({ port: PORT, workers: 2 });
    const ports = new Set<number>();
    for (const { send } of [await offerOf(made), await offerOf(made)]) {
      const [candidate] = send.iceCandidates;
      if (candidate === undefined) continue;
      ports.add(candidate.port);
      await checkCandidate(candidate, send.iceParameters);
    }
    expect(ports).toEqual(new Set([PORT, PORT + 1]));
  });

  it('are none but the advertised one, which also listens alone where it is this machine’s', async () => {
    const offer = await offerOf(await testBridge({ port: PORT, workers: 1, advertise: ['127.0.0.1'] }));
    expect(offer.send.iceCandidates.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 127.0.0.1',
      'tcp 127.0.0.1',
    ]);
    for (const candidate of offer.send.iceCandidates) {
      expect(await checkCandidate(candidate, offer.send.iceParameters)).toBe(`127.0.0.1 ${PORT}`);
    }
    if (LAN === undefined) return;
    // Its port is free on the other addresses.
    const other = createSocket('udp4');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    other.on('error', reject);
    other.bind(PORT, LAN, resolve);
    await promise;
    other.close();
  });

  it('are the public one behind a NAT, which answers on whatever address the NAT forwards to', async () => {
    const offer = await offerOf(await testBridge({ port: PORT, workers: 1, advertise: ['203.0.113.7'] }));
    expect(new Set(offer.send.iceCandidates.map(({ address }) => address))).toEqual(new Set(['203.0.113.7']));
    for (const candidate of offer.send.iceCandidates) {
      const forwarded = { ...candidate, address: LAN ?? '127.0.0.1' };
      expect(await checkCandidate(forwarded, offer.send.iceParameters)).toBe(`${forwarded.address} ${PORT}`);
    }
  });

  it('answer nobody who does not know the credentials', async () => {
    const offer = await offerOf(await testBridge({ port: PORT, workers: 1, advertise: ['127.0.0.1'] }));
    const [candidate] = offer.send.iceCandidates;
    if (candidate === undefined) throw new Error('no candidate');
    const forged = { ...offer.send.iceParameters, password: 'guessed' };
    await expect(checkCandidate(candidate, forged)).rejects.toThrow('refused');
  });

  it('are free again after a shutdown, and refused with the port’s name while another has them', async () => {
    const first = await testBridge({ port: PORT, workers: 2 });
    bridge = first;
    const pids = first.workerPids;
    const started: types.Worker[] = [];
    const remember = (worker: types.Worker): void => void started.push(worker);
    observer.on('newworker', remember);
    await expect(testBridge({ port: PORT + 1, workers: 1 })).rejects.toThrow(`${PORT + 1}`);
    observer.off('newworker', remember);
    expect(started.map(({ subprocessClosed }) => subprocessClosed)).toEqual([true]);
    await first.shutdown();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    bridge = await testBridge({ port: PORT, workers: 2 });
    expect(bridge.workerPids).toHaveLength(2);
  });
});
