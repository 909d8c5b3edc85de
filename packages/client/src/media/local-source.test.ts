import { makeSourceId, participantId, type SourceId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { asTrack, FakeTrack, turn } from '../../test/fake-media.ts';
import { LocalSource } from './local-source.ts';
import type { MediaPath, OutgoingSource } from './path.ts';

const SELF = participantId.parse('0000000a');

/** A path whose requests a test answers, and that writes down what it is asked for. */
class FakePath implements MediaPath {
  readonly tracks = new Map<SourceId, MediaStreamTrack>();
  readonly state = 'connected';
  readonly said: string[] = [];
  /** In what it encodes pictures now. */
  codec = 'VP8';
  #pending: { source: OutgoingSource | undefined; answer: PromiseWithResolvers<void> }[] = [];

  formOf(_kind: string, track: MediaStreamTrack): string {
    return `${this.codec} ${track.getSettings().height === 720 ? 3 : 1}`;
  }

  publish(source: OutgoingSource): Promise<void> {
    const { id, replaces } = source;
    return this.#ask(`publish ${id}${replaces === undefined ? '' : ` instead of ${replaces}`}`, source);
  }

  replace(source: SourceId, track: MediaStreamTrack | undefined): Promise<void> {
    return this.#ask(`replace ${source} ${track === undefined ? 'nothing' : 'track'}`, undefined);
  }

  unpublish(source: SourceId): void {
    this.said.push(`unpublish ${source}`);
  }

  close(): void {
    void this.fail('closed');
  }

  /** Lets everything succeed that waits; a source says then whether it is muted. */
  async succeed(): Promise<void> {
    await turn();
    for (const { source, answer } of this.#pending.splice(0)) {
      if (source !== undefined) this.said.push(`announced ${source.muted() ? 'muted' : 'audible'}`);
      answer.resolve();
    }
    await turn();
  }

  async fail(message: string): Promise<void> {
    await turn();
    for (const { answer } of this.#pending.splice(0)) answer.reject(new Error(message));
    await turn();
  }

  take(): string[] {
    return this.said.splice(0);
  }

  #ask(what: string, source: OutgoingSource | undefined): Promise<void> {
    this.said.push(what);
    const answer = Promise.withResolvers<void>();
    this.#pending.push({ source, answer });
    return answer.promise;
  }
}

function start(kind: 'camera' | 'microphone' | 'screen' = 'camera') {
  let count = 0;
  const path = new FakePath();
  const source = new LocalSource({
    kind,
    whenIdle: kind === 'screen' ? 'gone' : 'muted',
    whenRenewed: kind === 'microphone' ? 'while silent' : 'at once',
    makeId: () => makeSourceId(SELF, kind, count++),
    sayMuted: (id, muted) => path.said.push(`say ${id} ${muted ? 'muted' : 'unmuted'}`),
    log: () => undefined,
    changed: () => undefined,
  });
  return { path, source };
}

const hd = () => asTrack(new FakeTrack('video', { width: 1280, height: 720 }));
const small = () => asTrack(new FakeTrack('video', { width: 320, height: 180 }));

/** Published, with what was said so far taken. */
async function published() {
  const all = start();
  const track = hd();
  all.source.setPath(all.path);
  all.source.set({ track, muted: false });
  await all.path.succeed();
  all.path.take();
  return { ...all, track };
}

describe('publishing', () => {
  test('waits for both a path and a track', async () => {
    const { path, source } = start();
    source.set({ track: hd(), muted: false });
    expect(path.take()).toEqual([]);
    source.setPath(path);
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v0', 'announced audible']);
    expect(source.id).toBe('0000000a-v0');
  });

  test('a path that comes while it rests is not missed', async () => {
    const { path, source } = start();
    source.set({ track: hd(), muted: false });
    source.setPath(undefined);
    source.setPath(path);
    expect(path.take()).toEqual(['publish 0000000a-v0']);
  });

  test('a track that is muted by the time of the announcement is announced as muted', async () => {
    const { path, source } = start('microphone');
    const track = asTrack(new FakeTrack('audio'));
    source.setPath(path);
    source.set({ track, muted: false });
    source.set({ track, muted: true });
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-a0', 'announced muted']);
  });

  test('begins anew under a fresh id when the path begins anew', async () => {
    const { path, source } = await published();
    source.setPath(path);
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v1', 'announced audible']);
    expect(source.id).toBe('0000000a-v1');
  });

  test('a path that is renewed while it publishes gets the source again', async () => {
    const { path, source } = start();
    source.setPath(path);
    source.set({ track: hd(), muted: false });
    source.setPath(path);
    await path.fail('renewed');
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v0', 'publish 0000000a-v1', 'announced audible']);
    expect(source.refused).toBeUndefined();
  });

  test('a track that the browser cannot send is refused, once', async () => {
    const { path, source } = start();
    source.setPath(path);
    source.set({ track: hd(), muted: false });
    await path.fail('unsupported');
    expect(source.refused).toBe('media/codec-unsupported');
    expect(source.id).toBeUndefined();
    expect(path.take()).toEqual(['publish 0000000a-v0']);
  });
});

describe('muting', () => {
  test('others are told before anything else', async () => {
    const { path, source } = await published();
    source.set({ track: undefined, muted: true });
    expect(path.take()).toEqual(['say 0000000a-v0 muted', 'replace 0000000a-v0 nothing']);
  });

  test('others are told of unmuting when there is something to see', async () => {
    const { path, source } = await published();
    source.set({ track: undefined, muted: true });
    await path.succeed();
    path.take();
    source.set({ track: undefined, muted: false });
    await turn();
    expect(path.take()).toEqual([]);
    source.set({ track: hd(), muted: false });
    expect(path.take()).toEqual(['replace 0000000a-v0 track']);
    await path.succeed();
    expect(path.take()).toEqual(['say 0000000a-v0 unmuted']);
  });

  test('the last of many wishes counts', async () => {
    const { path, source } = await published();
    for (let round = 0; round < 10; round++) {
      source.set({ track: undefined, muted: true });
      source.set({ track: hd(), muted: false });
    }
    source.set({ track: undefined, muted: true });
    for (let round = 0; round < 5; round++) await path.succeed();
    const said = path.take();
    expect(said.findLast((each) => each.startsWith('say'))).toBe('say 0000000a-v0 muted');
    expect(said.findLast((each) => each.startsWith('replace'))).toBe('replace 0000000a-v0 nothing');
    // Told once at the first wish; the later ones were over before their turn came.
    expect(said.length).toBeLessThan(6);
  });

  test('a device that is exchanged is not told as muted', async () => {
    const { path, source } = await published();
    source.set({ track: undefined, muted: false });
    await path.succeed();
    source.set({ track: hd(), muted: false });
    await path.succeed();
    expect(path.take()).toEqual(['replace 0000000a-v0 nothing', 'replace 0000000a-v0 track']);
  });
});

describe('another device', () => {
  test('with as many layers takes the place of the first', async () => {
    const { path, source } = await published();
    source.set({ track: hd(), muted: false });
    expect(path.take()).toEqual(['replace 0000000a-v0 track']);
  });

  test('with other layers is another source, which takes the place of the first', async () => {
    const { path, source } = await published();
    source.set({ track: small(), muted: false });
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v1 instead of 0000000a-v0', 'announced audible']);
  });
});

describe('another codec', () => {
  test('makes another source of the same picture, and the first goes on until that is announced', async () => {
    const { path, source, track } = await published();
    path.codec = 'VP9';
    source.review();
    expect(source.id).toBe('0000000a-v0');
    expect(source.sends(track)).toBe(true);
    await path.succeed();
    expect(source.id).toBe('0000000a-v1');
    source.review();
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v1 instead of 0000000a-v0', 'announced audible']);
  });

  test('changes nothing where it cannot be encoded, until there is yet another one', async () => {
    const { path, source, track } = await published();
    path.codec = 'AV1';
    source.review();
    await path.fail('no encoder');
    expect(source.refused).toBeUndefined();
    expect(source.id).toBe('0000000a-v0');
    expect(source.sends(track)).toBe(true);
    path.codec = 'VP9';
    source.review();
    await path.succeed();
    expect(path.take()).toEqual([
      'publish 0000000a-v1 instead of 0000000a-v0',
      'publish 0000000a-v2 instead of 0000000a-v0',
      'announced audible',
    ]);
  });

  test('mutes at once what is still sent, and waits for a picture where nothing is', async () => {
    const { path, source } = await published();
    path.codec = 'VP9';
    source.review();
    source.set({ track: undefined, muted: true });
    expect(path.take()).toContain('say 0000000a-v0 muted');
    await path.succeed();
    await path.succeed();
    path.take();
    path.codec = 'VP8';
    source.review();
    await turn();
    expect(path.take()).toEqual([]);
    source.set({ track: hd(), muted: false });
    await path.succeed();
    // What takes the place of something muted is muted, too: the conference sees to that.
    expect(path.take()).toEqual([
      'publish 0000000a-v2 instead of 0000000a-v1',
      'announced muted',
      'say 0000000a-v2 unmuted',
    ]);
  });
});

describe('another form of a microphone', () => {
  /** Published and on, with what was said so far taken. */
  async function speaking() {
    const all = start('microphone');
    const track = asTrack(new FakeTrack('audio'));
    all.source.setPath(all.path);
    all.source.set({ track, muted: false });
    await all.path.succeed();
    all.path.take();
    return { ...all, track };
  }

  test('is taken when the person mutes themselves, since nobody is cut short', async () => {
    const { path, source, track } = await speaking();
    path.codec = 'longer';
    source.review();
    await turn();
    expect(path.take()).toEqual([]);
    expect(source.sends(track)).toBe(true);
    source.set({ track, muted: true });
    await path.succeed();
    expect(path.take()).toEqual([
      'say 0000000a-a0 muted',
      'publish 0000000a-a1 instead of 0000000a-a0',
      'announced muted',
    ]);
    source.set({ track, muted: false });
    expect(path.take()).toEqual(['say 0000000a-a1 unmuted']);
  });

  test('is taken when nothing has been said for a while', async () => {
    const { path, source } = await speaking();
    path.codec = 'longer';
    source.review();
    source.setQuiet(true);
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-a1 instead of 0000000a-a0', 'announced audible']);
    source.setQuiet(false);
    path.codec = 'shorter';
    source.review();
    await turn();
    expect(path.take()).toEqual([]);
  });

  test('is taken at once while it is muted', async () => {
    const { path, source, track } = await speaking();
    source.set({ track, muted: true });
    path.take();
    path.codec = 'longer';
    source.review();
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-a1 instead of 0000000a-a0', 'announced muted']);
  });

  test('does not keep who unmutes meanwhile from being heard', async () => {
    const { path, source, track } = await speaking();
    path.codec = 'longer';
    source.set({ track, muted: true });
    source.set({ track, muted: false });
    await path.succeed();
    expect(path.take()).toEqual([
      'say 0000000a-a0 muted',
      'publish 0000000a-a1 instead of 0000000a-a0',
      'announced muted',
      'say 0000000a-a1 unmuted',
    ]);
  });

  test('waits while another device takes the place of the first', async () => {
    const { path, source } = await speaking();
    path.codec = 'longer';
    source.set({ track: asTrack(new FakeTrack('audio')), muted: false });
    expect(path.take()).toEqual(['replace 0000000a-a0 track']);
  });
});

describe('a refusal', () => {
  test('is told, and not asked for again by itself', async () => {
    const { path, source } = await published();
    source.refuse('0000000a-v0' as SourceId, 'source/too-many');
    await turn();
    expect(source.refused).toBe('source/too-many');
    expect(source.id).toBeUndefined();
    expect(path.take()).toEqual([]);
  });

  test('is overcome by muting and unmuting', async () => {
    const { path, source, track } = await published();
    source.refuse('0000000a-v0' as SourceId, 'source/too-many');
    source.set({ track, muted: true });
    source.set({ track, muted: false });
    await path.succeed();
    expect(source.refused).toBeUndefined();
    expect(path.take()).toEqual(['publish 0000000a-v1', 'announced audible']);
  });

  test('of a source that never arrived is answered by publishing it again', async () => {
    const { path, source } = await published();
    source.refuse('0000000a-v0' as SourceId, 'source/unknown');
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v1', 'announced audible']);
  });

  test('of an earlier source means nothing', async () => {
    const { path, source } = await published();
    source.setPath(path);
    await path.succeed();
    source.refuse('0000000a-v0' as SourceId, 'source/too-many');
    expect(source.id).toBe('0000000a-v1');
  });
});

describe('a source that is gone when idle', () => {
  test('is unpublished instead of muted, and another track is another source', async () => {
    const { path, source } = start('screen');
    source.setPath(path);
    source.set({ track: hd(), muted: false });
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v0', 'announced audible']);
    source.set({ track: undefined, muted: false });
    await path.succeed();
    expect(path.take()).toEqual(['unpublish 0000000a-v0']);
    expect(source.id).toBeUndefined();
    source.set({ track: hd(), muted: false });
    await path.succeed();
    source.set({ track: hd(), muted: false });
    await path.succeed();
    expect(path.take()).toEqual([
      'publish 0000000a-v1',
      'announced audible',
      'unpublish 0000000a-v1',
      'publish 0000000a-v2',
      'announced audible',
    ]);
  });

  test('that ends while it is being published does not stay', async () => {
    const { path, source } = start('screen');
    source.setPath(path);
    source.set({ track: hd(), muted: false });
    source.set({ track: undefined, muted: false });
    await path.succeed();
    expect(path.take()).toEqual(['publish 0000000a-v0', 'announced audible', 'unpublish 0000000a-v0']);
  });
});
