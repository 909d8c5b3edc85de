import { sourceId, type ViewEvent } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { turn } from '../../test/fake-media.ts';
import { actions, seated, start } from '../../test/meeting-in-memory.ts';
import { joined, OTHER, SELF, view } from '../../test/meeting-messages.ts';

const camera = sourceId.parse('0000000a-v0');
const bert = {
  id: OTHER,
  displayName: 'Bert',
  role: 'moderator',
  verified: false,
  connection: 'connected',
} as const;
const ann = {
  id: SELF,
  displayName: 'Ann',
  role: 'participant',
  verified: false,
  connection: 'connected',
} as const;
const moderated = view({
  participants: [bert, ann],
  mediaModeration: (['microphone', 'camera', 'screen'] as const).map((kind) => ({ kind, allowed: [] })),
});
const moderatedOn: ViewEvent = { type: 'media-moderated', kind: 'camera', on: true, by: OTHER };
const allowed = (yes: boolean): ViewEvent => ({
  type: 'media-allowed',
  kind: 'camera',
  participant: SELF,
  allowed: yes,
  by: OTHER,
});
const added = (muted: boolean): ViewEvent => ({
  type: 'source-added',
  source: { id: camera, kind: 'camera', muted, blocked: false },
});
const blocked = (yes: boolean): ViewEvent => ({ type: 'source-blocked', source: camera, blocked: yes });

/** As the server numbers it. */
function telling({ send }: Awaited<ReturnType<typeof seated>>) {
  let seq = 0;
  return async (...events: ViewEvent[]) => {
    for (const event of events) await send({ type: 'event', seq: ++seq, event });
  };
}

describe('while media is moderated', () => {
  test('who comes in is sent for by nobody: the devices are off before anything is published', async () => {
    const all = await start({ startWithAudioMuted: false, startWithVideoMuted: false });
    await all.greet();
    await all.browser.grant();
    all.meeting.join({ displayName: 'Ann' });
    await all.send(joined({ view: moderated }));
    const { microphone, camera: own } = all.meeting.getState().local;
    expect([microphone, own]).toMatchObject([
      { wanted: false, status: 'off', blocked: true },
      { wanted: false, status: 'off', blocked: true },
    ]);
    expect(all.browser.tracks.find(({ kind }) => kind === 'video')?.readyState).toBe('ended');
    const published = all.network.last
      .take()
      .flatMap((message) =>
        message.type === 'media' && message.body.action === 'publish' ? [message.body.publication] : [],
      );
    expect(published.map(({ kind, muted }) => [kind, muted])).toEqual([['microphone', true]]);
  });

  test('a wish to be heard or seen or to share opens no device, and is not kept for later', async () => {
    const all = await seated({}, { view: moderated });
    all.meeting.setMicrophone(true);
    all.meeting.setCamera(true);
    all.meeting.setScreenShare(true);
    await turn();
    expect(await all.browser.asked()).toEqual([]);
    expect(all.browser.screens.asked).toBe(0);
    expect(all.network.last.take()).toEqual([]);
    expect(all.meeting.getState().local).toMatchObject({
      microphone: { wanted: false },
      camera: { wanted: false },
      screen: { status: 'off', blocked: true },
    });
    await telling(all)(allowed(true));
    expect(all.meeting.getState().local.camera).toMatchObject({ wanted: false, blocked: false });
    all.meeting.setCamera(true);
    expect(await all.browser.asked()).toHaveLength(1);
  });

  test('who sends when it begins goes on, and may not switch on again', async () => {
    const all = await seated({ startWithVideoMuted: false }, { view: view({ participants: [bert, ann] }) });
    await all.browser.grant();
    const tell = telling(all);
    await tell(added(false), moderatedOn);
    expect(all.meeting.getState().local.camera).toMatchObject({ status: 'on', blocked: true });
    all.meeting.setCamera(false);
    all.meeting.setCamera(true);
    await turn();
    expect(all.meeting.getState().local.camera).toMatchObject({ wanted: false, status: 'off' });
  });

  test('what the server holds back is switched off, and the browser remembers what the person had', async () => {
    const all = await seated({ startWithVideoMuted: false }, { view: view({ participants: [bert, ann] }) });
    await all.browser.grant();
    const remembered = [...all.browser.stored];
    // It began while the source was on its way.
    await telling(all)(moderatedOn, added(false), blocked(true));
    expect(all.meeting.getState().local.camera).toMatchObject({ wanted: false, status: 'off' });
    expect(all.browser.tracks[0]?.readyState).toBe('ended');
    expect([...all.browser.stored]).toEqual(remembered);
  });

  test('leave that is taken back before the server hears of the wish sets the wish back', async () => {
    const all = await seated({}, { view: view({ participants: [bert, ann] }) });
    const tell = telling(all);
    await tell(moderatedOn, allowed(true), added(true));
    all.meeting.setCamera(true);
    await tell(allowed(false), blocked(true));
    await all.browser.grant();
    expect(all.meeting.getState().local.camera).toMatchObject({
      wanted: false,
      status: 'off',
      blocked: true,
    });
    expect(all.browser.tracks.map(({ readyState }) => readyState)).toEqual(['ended']);
  });

  test('a screen that was being chosen is not shared', async () => {
    const all = await seated({}, { view: view({ participants: [bert, ann] }) });
    all.meeting.setScreenShare(true);
    const { picture } = await all.browser.screens.choose();
    const screen = { id: camera, kind: 'screen', muted: false, blocked: false } as const;
    await telling(all)(
      { type: 'media-moderated', kind: 'screen', on: true, by: OTHER },
      { type: 'source-added', source: screen },
      blocked(true),
    );
    expect(all.meeting.getState().local.screen.status).toBe('off');
    expect(picture.readyState).toBe('ended');
    expect(actions(all.network.last.take()).at(-1)).toBe('unpublish');
  });
});

describe('who comes into a meeting that wishes people to start muted', () => {
  const startMuted = { microphone: false, camera: true };
  const on = { startWithAudioMuted: false, startWithVideoMuted: false };

  async function comeIn(change: Parameters<typeof view>[0]) {
    const all = await start(on);
    await all.greet();
    await all.browser.grant();
    all.meeting.join({ displayName: 'Ann' });
    await all.send(joined({ view: view({ startMuted, ...change }) }));
    return all;
  }

  test('has that device off, is told, and may switch it on', async () => {
    const { meeting, browser } = await comeIn({ participants: [bert, ann] });
    expect(meeting.getState().local).toMatchObject({
      microphone: { wanted: true },
      camera: { wanted: false, status: 'off', blocked: false },
      mutedAtStart: ['camera'],
    });
    meeting.setCamera(true);
    await browser.grant();
    expect(meeting.getState().local.camera.status).toBe('on');
  });

  test.each([
    ['opens it', { participants: [ann] }],
    ['moderates it', { participants: [bert, { ...ann, role: 'moderator' as const }] }],
  ])('and %s is not meant', async (_, change) => {
    const { meeting } = await comeIn(change);
    expect(meeting.getState().local).toMatchObject({ camera: { wanted: true }, mutedAtStart: [] });
  });

  test('is not told of what was off anyway', async () => {
    const { meeting } = await seated({}, { view: view({ participants: [bert, ann], startMuted }) });
    expect(meeting.getState().local.mutedAtStart).toEqual([]);
  });
});
