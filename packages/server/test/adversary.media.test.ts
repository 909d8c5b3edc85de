import { makeSourceId, type SourceId } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeetings, type NativeSeat } from './native-meetings.ts';
import { until } from './test-client.ts';

let meetings: NativeMeetings;

beforeEach(async () => {
  // Test files of two checkouts may run at the same time.
  meetings = await NativeMeetings.start(44_000 + (process.pid % 1_000));
});
afterEach(() => meetings.stop());

/** Ann moderates and plays music the whole time: by its packets the others tell silence from a slow network. */
async function meeting() {
  const [ann, ben, cem] = [
    await meetings.join('Ann'),
    await meetings.join('Ben'),
    await meetings.join('Cem'),
  ];
  const music = ann.send('screenAudio', false).id;
  await cem.hears(music);
  return { ann, ben, cem, music };
}

const refusals = ({ client }: NativeSeat) =>
  client.media.flatMap((body) => (body.action === 'source-refused' ? [[body.source, body.code]] : []));

describe('what the server refused', () => {
  it('reaches nobody, though it is sent: a second camera, and a microphone under another’s name', async () => {
    const { ann, ben, cem, music } = await meeting();
    const camera = ben.send('camera', false).id;
    await cem.hears(camera);
    const second = ben.send('camera', false).id;
    const forged = makeSourceId(ann.client.id, 'microphone', 77);
    ben.send('microphone', false, { source: forged });
    await until(() => refusals(ben).length === 2, 'refusals');
    expect(refusals(ben)).toEqual([
      [second, 'source/too-many'],
      [forged, 'source/invalid-id'],
    ]);
    await cem.hears(music, 50);
    await cem.hears(camera, 25);
    for (const each of [ann, cem]) {
      for (const id of [second, forged]) expect(each.packets(id)).toBe(0);
      expect(each.peer.unclaimedPackets).toBe(0);
      expect(each.client.view?.sources.map(({ id }) => id)).toEqual([music, camera]);
    }
  });
});

describe('who was removed', () => {
  it('is neither heard any more nor hears anything, though their device goes on', async () => {
    const { ann, ben, cem, music } = await meeting();
    const voice = ben.send('microphone', false).id;
    for (const each of [ann, cem]) await each.hears(voice);
    await ben.hears(music);
    await ann.command({ type: 'kick', participant: ben.client.id });
    await until(() => ben.client.closeCode !== undefined, 'closed');
    await falls(cem, voice, cem, music);
    await falls(ben, music, cem, music);
  });
});

/** A source falls silent for somebody, while somebody else still hears something. */
async function falls(who: NativeSeat, silent: SourceId, other: NativeSeat, heard: SourceId): Promise<void> {
  // What comes after its announcement was taken back counts, too.
  const come = () => who.packets(silent) + who.peer.unclaimedPackets;
  let before = -1;
  for (let attempt = 0; attempt < 20 && come() !== before; attempt++) {
    before = come();
    await other.hears(heard, 25);
  }
  await other.hears(heard, 50);
  expect(come()).toBe(before);
}
