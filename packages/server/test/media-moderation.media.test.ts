import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeetings } from './native-meetings.ts';
import { until } from './test-client.ts';

let meetings: NativeMeetings;

beforeEach(async () => {
  // Test files of two checkouts may run at the same time.
  meetings = await NativeMeetings.start(43_000 + (process.pid % 1_000));
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
  for (const each of [ben, cem]) await each.hears(music);
  return { ann, ben, cem, music };
}

describe('what may not be heard or seen', () => {
  it('reaches nobody from its first packet on, whatever its sender says and does', async () => {
    const { ann, ben, cem, music } = await meeting();
    for (const kind of ['microphone', 'camera'] as const)
      await ann.command({ type: 'moderate-media', kind, on: true });
    const voice = ben.send('microphone', false);
    const camera = ben.send('camera', false);
    for (const each of [ann, cem])
      await until(
        () => [voice, camera].every(({ id }) => each.client.view?.sources.some((source) => source.id === id)),
        'the sources',
      );
    for (const { id } of [voice, camera])
      expect(await ben.command({ type: 'mute-source', source: id, muted: false })).toBe('moderation/blocked');

    // Gone, and there again under another name.
    ben.client.act({ action: 'unpublish', source: voice.id });
    ben.peer.removeSource(voice.source);
    const again = ben.send('microphone', false);
    await until(() => cem.client.view?.sources.some(({ id }) => id === again.id) === true, 'the source');
    await cem.hears(music, 50);
    for (const each of [ann, cem])
      for (const { id } of [voice, camera, again]) expect(each.packets(id)).toBe(0);
    expect([ann, cem].map(({ peer }) => peer.unclaimedPackets)).toEqual([0, 0]);

    // All this while it was sent: once it may be, it is heard at once.
    await ann.command({ type: 'allow-media', participant: ben.client.id, kind: 'microphone' });
    await cem.hears(music, 25);
    expect(cem.packets(again.id)).toBe(0);
    expect(await ben.command({ type: 'mute-source', source: again.id, muted: false })).toBeUndefined();
    for (const each of [ann, cem]) await each.hears(again.id);
    expect(cem.packets(camera.id)).toBe(0);
  });

  it('falls silent for everybody when leave is taken back, though its sender goes on', async () => {
    const { ann, ben, cem, music } = await meeting();
    const voice = ben.send('microphone', false).id;
    await cem.hears(voice);
    // Who speaks when it begins goes on.
    await ann.command({ type: 'moderate-media', kind: 'microphone', on: true });
    await cem.hears(voice, 25);
    await ann.command({ type: 'disallow-media', participant: ben.client.id, kind: 'microphone' });
    let before = -1;
    await until(() => cem.client.view?.sources.some(({ blocked }) => blocked) === true, 'blocked');
    for (let attempt = 0; attempt < 20 && cem.packets(voice) !== before; attempt++) {
      before = cem.packets(voice);
      await cem.hears(music, 25);
    }
    expect(cem.packets(voice)).toBe(before);
    expect(await ben.command({ type: 'mute-source', source: voice, muted: false })).toBe(
      'moderation/blocked',
    );
    await cem.hears(music, 25);
    expect(cem.packets(voice)).toBe(before);
  });
});
