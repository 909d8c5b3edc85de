import { afterEach, beforeEach, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import type { TestClient } from './test-client.ts';

const CALM_MS = 30_000;

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings({ codecs: { camera: ['VP9', 'VP8'], screen: ['AV1', 'VP9', 'VP8'] } });
});
afterEach(() => {
  meetings.logger.assertNoErrors();
});

/** Somebody whose browser decodes these. */
async function decoding(name: string, ...codecs: string[]): Promise<TestClient> {
  const client = await meetings.greeted();
  client.join(name, {
    codecs: codecs.map((codec, index) => ({
      kind: 'video',
      mimeType: `video/${codec}`,
      preferredPayloadType: 96 + index,
      clockRate: 90_000,
    })),
  });
  await settle();
  return client;
}

it('tells everybody when somebody comes who decodes less, and 30 seconds after they went', async () => {
  const ann = await decoding('Ann', 'VP8', 'VP9', 'AV1');
  const ben = await decoding('Ben', 'VP8', 'VP9', 'AV1');
  const best = { camera: ['VP9', 'VP8'], screen: ['AV1', 'VP9', 'VP8'] };
  expect(ben.seatView.codecs).toEqual(best);
  const cem = await decoding('Cem', 'VP8');
  const least = { camera: ['VP8'], screen: ['VP8'] };
  for (const { seatView } of [ann, ben, cem]) expect(seatView.codecs).toEqual(least);
  cem.send({ type: 'leave' });
  await settle();
  expect(ann.seatView.codecs).toEqual(least);
  meetings.clock.advance(CALM_MS);
  await settle();
  expect(ann.seatView.codecs).toEqual(best);
  expect(ben.seatView.codecs).toEqual(best);
});

it('lets a camera take the place of the one before in one go', async () => {
  const [ann, ben] = [await decoding('Ann', 'VP8', 'VP9'), await decoding('Ben', 'VP8', 'VP9')];
  const first = ann.publish('camera');
  await settle();
  expect(ben.seatView.sources).toHaveLength(1);
  const second = ann.publish('camera', { replaces: first });
  await settle();
  expect(ben.seatView.sources).toEqual([{ id: second, kind: 'camera', muted: false, blocked: false }]);
  const events = ben.messages.flatMap((message) => (message.type === 'event' ? [message.event.type] : []));
  expect(events).toContain('source-replaced');
  expect(events).not.toContain('source-removed');
});
