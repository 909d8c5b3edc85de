import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ParticipantId,
  type ReceiverConstraints,
  type SourceId,
  LIMITS,
  makeSourceId,
  participantId,
} from '@treff/protocol';
import {
  type Allocation,
  type AllocationInput,
  type SoundSource,
  type VideoSource,
  allocate,
  floorOf,
  layersInUse,
} from './allocation.ts';

const person = (index: number): ParticipantId =>
  participantId.parse((index + 1).toString(16).padStart(8, '0'));
const ME = person(0xff);
const [ANN, BEN, CEM, DOT] = [person(0), person(1), person(2), person(3)];

function camera(owner: ParticipantId, changes: Partial<VideoSource> = {}): VideoSource {
  const id = makeSourceId(owner, 'camera', 0);
  return {
    id,
    kind: 'camera',
    owner,
    heights: [180, 360, 720],
    lowest: 100_000,
    fewest: changes.lowest ?? 100_000,
    muted: false,
    ...changes,
  };
}

function screen(owner: ParticipantId, changes: Partial<VideoSource> = {}): VideoSource {
  const id = makeSourceId(owner, 'screen', 1);
  return {
    id,
    kind: 'screen',
    owner,
    heights: [1080],
    lowest: 100_000,
    fewest: changes.lowest ?? 100_000,
    muted: false,
    ...changes,
  };
}

/** Silent so far, if not told otherwise. */
const voice = (owner: ParticipantId, sent = 0): SoundSource => ({ kind: 'microphone', owner, sent });
const SHARES = { microphone: 60_000, screenAudio: 150_000 } as const;
const idOf = (owner: ParticipantId): SourceId => camera(owner).id;
const ALL_SMALL: ReceiverConstraints = { defaultMaxHeight: 180, maxHeights: {} };
const PEOPLE = [ANN, BEN, CEM, DOT];

interface Scene extends Partial<Omit<AllocationInput, 'floor'>> {
  readonly videos?: readonly VideoSource[];
  readonly sounds?: readonly SoundSource[];
  readonly speakers?: readonly ParticipantId[];
}

function given({
  videos = PEOPLE.map((owner) => camera(owner)),
  sounds = [],
  speakers = [],
  ...rest
}: Scene) {
  return allocate({
    floor: floorOf(videos, sounds, speakers),
    receiver: ME,
    constraints: ALL_SMALL,
    lastN: [],
    estimate: undefined,
    before: undefined,
    ...rest,
  });
}

/** Owners of what is forwarded and not withheld, most important first. */
const owners = ({ forwarded, withheld: not }: Allocation) =>
  [...forwarded.keys()].filter((id) => !not.has(id)).map((id) => id.slice(0, 8));
const withheld = (allocation: Allocation) => Object.fromEntries(allocation.withheld);

describe('which pictures a receiver gets', () => {
  it('AL1 leaves what two voices and a screen’s sound take, and not one’s own', () => {
    const sounds = [...PEOPLE, ME].map((owner) => voice(owner));
    const fits = (estimate: number, more: readonly SoundSource[] = []) =>
      owners(given({ videos: [camera(ANN)], sounds: [...sounds, ...more], estimate })).length;
    expect([fits(219_999), fits(220_000)]).toEqual([0, 1]);
    const music: SoundSource = { kind: 'screenAudio', owner: BEN, sent: 0 };
    expect([fits(369_999, [music]), fits(370_000, [music])]).toEqual([0, 1]);
    expect(given({ videos: [camera(ANN)], sounds: [voice(ME)], estimate: 100_000 }).forwarded.size).toBe(1);
  });

  it('AL1 leaves nothing for sound that is sent already, or may be', () => {
    const fits = (estimate: number, ...sounds: readonly SoundSource[]) =>
      owners(given({ videos: [camera(ANN)], sounds, estimate })).length;
    expect(fits(100_000, voice(BEN, 60_000), voice(CEM, 60_000))).toBe(1);
    expect([
      fits(159_999, voice(BEN, 60_000), voice(CEM)),
      fits(160_000, voice(BEN, 60_000), voice(CEM)),
    ]).toEqual([0, 1]);
    // Whoever talks besides two does not make room for the others, nor does one's own voice.
    expect(fits(100_000, voice(BEN), voice(CEM, 60_000), voice(DOT, 60_000))).toBe(1);
    expect(fits(100_000, voice(ME, 60_000), voice(CEM))).toBe(0);
    expect(fits(100_000, voice(BEN, 90_000), voice(CEM))).toBe(0);
    expect(fits(100_000, { kind: 'microphone', owner: BEN, sent: undefined })).toBe(1);
  });

  it('AL2 forwards nothing that is not shown', () => {
    const none = given({ constraints: { defaultMaxHeight: 0, maxHeights: {} } });
    expect([none.forwarded.size, none.withheld.size]).toEqual([0, 0]);
    const one = given({ constraints: { defaultMaxHeight: 180, maxHeights: { [idOf(BEN)]: 0 } } });
    expect(owners(one)).toEqual([ANN, CEM, DOT]);
    expect(one.withheld.size).toBe(0);
    const named = given({ constraints: { defaultMaxHeight: 0, maxHeights: { [idOf(BEN)]: 90 } } });
    expect(owners(named)).toEqual([BEN]);
  });

  it('AL3 forwards the lowest layer of everything before anything is known', () => {
    const { forwarded } = given({ constraints: undefined });
    expect([...forwarded.values()].map(({ layer }) => layer)).toEqual([0, 0, 0, 0]);
  });

  it('AL3 forwards of many only those that matter most before anything is known', () => {
    const owners = Array.from({ length: 2 * LIMITS.pictures }, (_, index) => person(index));
    const last = owners.at(-1) ?? ANN;
    const { forwarded } = given({
      videos: owners.map((owner) => camera(owner)),
      speakers: [last],
      constraints: undefined,
    });
    expect(forwarded.size).toBe(LIMITS.pictures);
    expect([...forwarded.keys()][0]).toBe(idOf(last));
    expect(given({ videos: owners.map((owner) => camera(owner)) }).forwarded.size).toBe(owners.length);
  });

  it('AL4 takes the smallest layer that is tall enough', () => {
    const layerAt = (height: number) =>
      given({ constraints: { defaultMaxHeight: height, maxHeights: {} } }).forwarded.get(idOf(ANN))?.layer;
    expect([180, 200, 300, 360, 400, 720, 2160].map(layerAt)).toEqual([0, 0, 1, 1, 1, 2, 2]);
  });

  it('CA1 takes no layer above the first that reaches the cap', () => {
    const layerAt = (wanted: number, heights: readonly number[]) =>
      given({
        videos: [camera(ANN, { heights })],
        constraints: { defaultMaxHeight: wanted, maxHeights: {} },
      }).forwarded.get(idOf(ANN))?.layer;
    expect([180, 300, 400, 720].map((wanted) => layerAt(wanted, [180, 360, 480]))).toEqual([0, 1, 1, 2]);
    expect([180, 300, 400, 720].map((wanted) => layerAt(wanted, [180, 360, 360]))).toEqual([0, 1, 1, 1]);
    expect(layerAt(720, [180, 180, 180])).toBe(0);
  });

  it('AL5 puts the screen on stage first, then what is on stage, selected, shared, and who spoke last', () => {
    const videos = [...PEOPLE.map((owner) => camera(owner)), screen(ANN), screen(BEN)];
    const all = given({
      videos,
      speakers: [DOT, CEM],
      constraints: {
        ...ALL_SMALL,
        onStageSources: [idOf(CEM), screen(BEN).id],
        selectedSources: [idOf(BEN)],
      },
    });
    expect([...all.forwarded.keys()]).toEqual([
      screen(BEN).id,
      idOf(CEM),
      idOf(BEN),
      screen(ANN).id,
      idOf(DOT),
      idOf(ANN),
    ]);
    const priorities = [...all.forwarded.values()].map(({ priority }) => priority);
    expect(priorities).toEqual(priorities.toSorted((one, other) => other - one));
    // Three steps up in each of three layers before anybody less important gets a second one.
    expect(priorities.slice(0, 3).every((priority) => priority >= 9)).toBe(true);
  });

  it('AL6 forwards the N cameras that matter most, by the least of all limits', () => {
    const one = given({ lastN: [-1, 1], speakers: [CEM, BEN] });
    expect(owners(one)).toEqual([CEM]);
    expect(withheld(one)).toEqual({ [idOf(ANN)]: 'last-n', [idOf(BEN)]: 'last-n', [idOf(DOT)]: 'last-n' });
    expect(owners(given({ lastN: [3], constraints: { ...ALL_SMALL, lastN: 2 } }))).toEqual([ANN, BEN]);
    expect(owners(given({ lastN: [2], constraints: { ...ALL_SMALL, lastN: 3 } }))).toEqual([ANN, BEN]);
    expect(owners(given({ lastN: [-1, -1], constraints: { ...ALL_SMALL, lastN: -1 } }))).toEqual(PEOPLE);
    expect(owners(given({ lastN: [0] }))).toEqual([]);
    const pinned = { ...ALL_SMALL, selectedSources: [idOf(DOT)] };
    expect(owners(given({ lastN: [1], speakers: [CEM], constraints: pinned }))).toEqual([DOT]);
  });

  it('AL7 counts no screen among the N', () => {
    const videos = [screen(ANN), camera(ANN), camera(BEN), screen(CEM)];
    expect([...given({ videos, lastN: [1] }).forwarded.keys()]).toEqual([
      screen(ANN).id,
      screen(CEM).id,
      idOf(ANN),
    ]);
    expect(given({ videos, lastN: [0] }).forwarded.size).toBe(2);
  });

  it('AL8 counts nothing that is muted, and has it ready', () => {
    const videos = [camera(ANN, { muted: true }), camera(BEN), camera(CEM)];
    expect(owners(given({ videos, lastN: [1] }))).toEqual([ANN, BEN]);
    expect(owners(given({ videos, estimate: 200_000 }))).toEqual([ANN, BEN, CEM]);
  });

  it('AL10 gives way from the end', () => {
    const narrow = given({ estimate: 250_000, speakers: [DOT] });
    expect(owners(narrow)).toEqual([DOT, ANN]);
    expect(withheld(narrow)).toEqual({ [idOf(BEN)]: 'bandwidth', [idOf(CEM)]: 'bandwidth' });
  });

  it('AL10 goes on with smaller ones where a large one does not fit', () => {
    const videos = [screen(ANN, { lowest: 2_500_000 }), camera(BEN)];
    expect(owners(given({ videos, estimate: 500_000 }))).toEqual([BEN]);
  });

  it('AL11 brings back only with room to spare, and never flaps around one value', () => {
    let before = given({ estimate: 400_000 });
    expect(before.withheld.size).toBe(0);
    const changes: number[] = [];
    for (const estimate of [399_000, 401_000, 399_000, 410_000, 440_000, 445_000, 401_000]) {
      before = given({ estimate, before });
      changes.push(before.withheld.size);
    }
    expect(changes).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  it('AL11 brings back only what fits beside the sound that is sent', () => {
    const page = screen(ANN, { lowest: 100_000 });
    const scene = { videos: [page], sounds: [voice(BEN, 60_000), voice(CEM, 60_000)] };
    const before = given({ ...scene, estimate: 99_000 });
    expect(before.withheld.size).toBe(1);
    expect(given({ ...scene, estimate: 200_000, before }).withheld.size).toBe(1);
    expect(given({ ...scene, estimate: 250_000, before }).withheld.size).toBe(0);
    expect(given({ ...scene, estimate: 200_000 }).withheld.size).toBe(0);
  });

  it('AL15 lets the worker measure the way with the picture that matters most, while none is forwarded', () => {
    const scene = { sounds: [voice(BEN, 60_000), voice(CEM, 60_000)], speakers: [DOT] };
    const none = given({ ...scene, estimate: 30_000 });
    expect([...none.withheld.values()]).toEqual(PEOPLE.map(() => 'bandwidth'));
    expect([...none.forwarded]).toEqual([[idOf(DOT), { layer: 0, priority: 1 }]]);
    // What it measures is beside the sound that is sent.
    const one = given({ ...scene, estimate: 112_000, before: none });
    expect(owners(one)).toEqual([DOT]);
    expect(one.withheld.has(idOf(DOT))).toBe(false);
    const wholes = [screen(ANN), screen(BEN)];
    expect(given({ videos: wholes, estimate: 30_000 }).forwarded.size).toBe(0);
  });

  it('AL11 brings a second picture back only beside the sound, too, and the first one without it', () => {
    const scene = { videos: [camera(ANN), camera(BEN)], sounds: [voice(CEM, 60_000), voice(DOT, 60_000)] };
    const none = given({ ...scene, estimate: 30_000 });
    const one = given({ ...scene, estimate: 230_000, before: none });
    expect(owners(one)).toEqual([ANN]);
    expect(owners(given({ ...scene, estimate: 350_000, before: one }))).toEqual([ANN]);
    expect(owners(given({ ...scene, estimate: 360_000, before: one }))).toEqual([ANN, BEN]);
  });

  it('AL11 brings back only what fits for a while', () => {
    const before = given({ estimate: 100_000 });
    expect(owners(given({ estimate: 500_000, steady: 150_000, before }))).toEqual([ANN]);
    expect(owners(given({ estimate: 500_000, steady: 500_000, before }))).toEqual(PEOPLE);
    // What comes already needs no more than it has.
    expect(owners(given({ estimate: 400_000, steady: 150_000 }))).toEqual(PEOPLE);
  });

  it('AL16 forwards the first with fewer frames where its lowest layer does not fit whole', () => {
    const videos = PEOPLE.map((owner) => camera(owner, { fewest: 40_000 }));
    expect(owners(given({ videos, estimate: 39_999 }))).toEqual([]);
    expect(owners(given({ videos, estimate: 40_000 }))).toEqual([ANN]);
    expect(owners(given({ videos, estimate: 199_999 }))).toEqual([ANN]);
    expect(owners(given({ videos, estimate: 200_000 }))).toEqual([ANN, BEN]);
  });

  it('AL14 sends nobody their own picture', () => {
    expect(owners(given({ receiver: BEN }))).toEqual([ANN, CEM, DOT]);
    const own = { defaultMaxHeight: 0, maxHeights: { [idOf(BEN)]: 720 } };
    expect(given({ receiver: BEN, constraints: own }).forwarded.size).toBe(0);
  });

  it('SW2 knows the highest layer that anybody gets', () => {
    const large = given({ constraints: { defaultMaxHeight: 0, maxHeights: { [idOf(ANN)]: 720 } } });
    const small = given({ lastN: [2] });
    expect(layersInUse([large, small])).toEqual(
      new Map([
        [idOf(ANN), 3],
        [idOf(BEN), 1],
      ]),
    );
  });
});

describe('whatever is shown and whoever speaks', () => {
  const owner = fc.integer({ min: 0, max: 7 }).map(person);
  const bitrate = fc.integer({ min: 20_000, max: 3_000_000 });
  const video = fc
    .record({ owner, screen: fc.boolean(), lowest: bitrate, muted: fc.boolean() })
    .map((made) => (made.screen ? screen(made.owner, made) : camera(made.owner, made)));
  const videos = fc.uniqueArray(video, { selector: ({ id }) => id, maxLength: 16 });
  const source = fc
    .tuple(owner, fc.boolean())
    .map(([of, isScreen]) => (isScreen ? screen(of) : camera(of)).id);
  const height = fc.constantFrom(0, 90, 180, 360, 720, 4320);
  const constraints = fc.option(
    fc.record({
      defaultMaxHeight: height,
      maxHeights: fc.dictionary(source, height, { maxKeys: 12 }),
      lastN: fc.integer({ min: -1, max: 6 }),
      onStageSources: fc.array(source, { maxLength: 2 }),
      selectedSources: fc.array(source, { maxLength: 3 }),
    }),
    { nil: undefined },
  );
  const estimate = fc.option(fc.integer({ min: 0, max: 6_000_000 }), { nil: undefined });
  const plain = {
    videos,
    sounds: fc.array(
      fc.record({
        kind: fc.constantFrom('microphone' as const, 'screenAudio' as const),
        owner,
        sent: fc.constantFrom(undefined, 0, 20_000, 60_000),
      }),
    ),
    speakers: fc.uniqueArray(owner),
    constraints,
    lastN: fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 2 }),
    receiver: owner,
  };
  /** With any history. */
  const scene = fc.tuple(fc.record(plain), estimate, estimate).map(([rest, earlier, now]) => ({
    ...rest,
    estimate: now,
    before: given({ ...rest, estimate: earlier }),
  }));

  const rankedOf = (all: Scene, { forwarded, withheld: not }: Allocation) => {
    const everything = given({
      ...all,
      lastN: [],
      estimate: undefined,
      before: undefined,
      constraints: all.constraints === undefined ? undefined : { ...all.constraints, lastN: -1 },
    });
    return [...everything.forwarded.keys()].map((id) => ({
      id,
      comes: forwarded.has(id) && !not.has(id),
      why: not.get(id),
    }));
  };

  it('AL9 the lowest layers and sound that is still to come never exceed the estimate', () => {
    fc.assert(
      fc.property(scene, (all) => {
        const { forwarded, withheld: not } = given(all);
        const lowest = all.videos
          .filter(({ id, muted }) => forwarded.has(id) && !not.has(id) && !muted)
          .reduce((sum, one) => sum + one.lowest, 0);
        const heard = all.sounds.filter((sound) => sound.owner !== all.receiver);
        const voices = heard.filter(({ kind }) => kind === 'microphone').length;
        const sound = Math.min(2, voices) * SHARES.microphone + (heard.length - voices) * SHARES.screenAudio;
        const coming = heard.reduce((sum, one) => sum + Math.min(SHARES[one.kind], one.sent ?? Infinity), 0);
        const toCome = Math.max(0, sound - coming);
        expect(lowest === 0 ? 0 : lowest + toCome).toBeLessThanOrEqual(all.estimate ?? Infinity);
      }),
    );
  });

  it('AL12 more bandwidth takes nothing away unless for something that matters more', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 0, max: 2_000_000 }), (all, more) => {
        if (all.estimate === undefined) return;
        const narrow = rankedOf(all, given(all));
        const wide = rankedOf(all, given({ ...all, estimate: all.estimate + more }));
        const differs = wide.find(({ comes }, index) => comes !== narrow[index]?.comes);
        expect(differs?.comes ?? true).toBe(true);
      }),
    );
  });

  it('AL13 gives the same answer again, also with the answer given in', () => {
    fc.assert(
      fc.property(scene, (all) => {
        const first = given(all);
        expect(given(all)).toEqual(first);
        expect(given({ ...all, before: first })).toEqual(first);
      }),
    );
  });

  it('AL2 everything that is shown either comes or is withheld for a reason', () => {
    fc.assert(
      fc.property(scene, (all) => {
        const allocation = given(all);
        for (const { comes, why } of rankedOf(all, allocation)) expect(comes).toBe(why === undefined);
        const known = new Set(all.videos.map(({ id }) => id));
        for (const id of [...allocation.forwarded.keys(), ...allocation.withheld.keys()])
          expect(known.has(id)).toBe(true);
      }),
    );
  });

  it('AL6 never more cameras come than any limit allows', () => {
    fc.assert(
      fc.property(scene, (all) => {
        const { forwarded } = given(all);
        const cameras = all.videos.filter(
          ({ id, kind, muted }) => kind === 'camera' && !muted && forwarded.has(id),
        );
        for (const limit of [...all.lastN, all.constraints?.lastN ?? -1])
          if (limit >= 0) expect(cameras.length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
