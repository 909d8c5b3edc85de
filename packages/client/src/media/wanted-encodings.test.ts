import { describe, expect, test } from 'vitest';
import { asTrack, FakeTrack, turn } from '../../test/fake-media.ts';
import { layeredEncodings, wantedEncodings } from './encodings.ts';
import { WantedEncodings, type EncodingSender, type Encodings } from './wanted-encodings.ts';

/** The lowest of three encodings, as many as that. */
const lowest = (layers: number): Encodings => [0, 1, 2].map((layer) => ({ active: layer < layers }));

/** A sender that takes parameters when it is told to, and refuses those that are not its newest, as browsers do. */
function world() {
  let encodings: RTCRtpEncodingParameters[] = [{}, {}, {}].map(() => ({ active: true }));
  const told: string[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const sender: EncodingSender = {
    getParameters: () => ({
      transactionId: '1',
      codecs: [],
      headerExtensions: [],
      rtcp: {},
      encodings: encodings.map((encoding) => ({ ...encoding })),
    }),
    async setParameters(parameters) {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      await answer.promise;
      encodings = parameters.encodings;
      told.push(encodings.map(({ active }) => (active === true ? '+' : '-')).join(''));
    },
  };
  const problems: string[] = [];
  const wanted = new WantedEncodings(sender, (_, text) => problems.push(text));
  /** The browser has done what it was asked. */
  const settle = async () => {
    for (let answer = answers.shift(); answer !== undefined; answer = answers.shift()) {
      answer.resolve();
      await turn();
    }
  };
  return { wanted, told, answers, problems, settle };
}

test('of a stream with layers, fewer of them are a smaller picture, and none is nothing', async () => {
  let encodings: RTCRtpEncodingParameters[] = [{ active: true, ...layeredEncodings(1280, 720)[2] }];
  const told: unknown[] = [];
  const sender: EncodingSender = {
    getParameters: () => ({ transactionId: '1', codecs: [], headerExtensions: [], rtcp: {}, encodings }),
    async setParameters(parameters) {
      ({ encodings } = parameters);
      told.push({ ...encodings[0] });
    },
  };
  const track = asTrack(new FakeTrack('video', { width: 1280, height: 720 }));
  const wanted = new WantedEncodings(sender, () => undefined);
  for (const [layers, maxHeight] of [
    [3, Infinity],
    [1, Infinity],
    [2, Infinity],
    [0, Infinity],
    [3, 480],
    [3, Infinity],
  ] as const) {
    wanted.set(wantedEncodings('camera', track, { codec: 'VP9', layered: true }, {}, { layers, maxHeight }));
    await turn();
  }
  expect(told).toMatchObject([
    { active: true, scaleResolutionDownBy: 4, scalabilityMode: 'L1T3', maxBitrate: 150_000 },
    { active: true, scaleResolutionDownBy: 2, scalabilityMode: 'L2T3_KEY', maxBitrate: 500_000 },
    { active: false },
    { active: true, scaleResolutionDownBy: 1.5, scalabilityMode: 'L2T3_KEY', maxBitrate: 700_000 },
    { active: true, scaleResolutionDownBy: 1, scalabilityMode: 'L3T3_KEY', maxBitrate: 1_700_000 },
  ]);
});

describe('what is encoded of a picture', () => {
  test('is what somebody receives, from the lowest encoding up', async () => {
    const { wanted, told, settle } = world();
    for (const layers of [1, 2, 3, 0, 3]) {
      wanted.set(lowest(layers));
      await settle();
    }
    expect(told).toEqual(['+--', '++-', '+++', '---', '+++']);
  });

  test('is what was wanted last, however fast wishes come', async () => {
    const { wanted, told, settle } = world();
    for (const layers of [1, 0, 2]) wanted.set(lowest(layers));
    await settle();
    expect(told).toEqual(['+--', '++-']);
  });

  test('is left alone where it is so already', async () => {
    const { wanted, told, answers, settle } = world();
    wanted.set(lowest(3));
    wanted.set(lowest(3));
    await settle();
    expect(told).toEqual([]);
    expect(answers).toEqual([]);
  });

  test('of a track of another size is only what is switched on, until that is published anew', async () => {
    const { wanted, told, settle } = world();
    wanted.set([{ active: true, scaleResolutionDownBy: 2 }, { active: false }]);
    await settle();
    expect(told).toEqual(['+-+']);
  });

  test('goes on where the browser refuses, and can be asked again', async () => {
    const { wanted, told, answers, problems, settle } = world();
    wanted.set(lowest(1));
    answers.shift()?.reject(new Error('busy'));
    await turn();
    expect(problems).toHaveLength(1);
    wanted.set(lowest(2));
    await settle();
    expect(told).toEqual(['++-']);
  });

  test('is nobody’s matter after the end', async () => {
    const { wanted, answers, problems } = world();
    wanted.set(lowest(1));
    wanted.close();
    answers.shift()?.reject(new Error('gone'));
    await turn();
    wanted.set(lowest(2));
    expect(answers).toEqual([]);
    expect(problems).toEqual([]);
  });
});
