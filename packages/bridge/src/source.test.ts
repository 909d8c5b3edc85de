import { makeSourceId, participantId, type SourceKind } from '@treff/protocol';
import type { types } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import type { Outlets } from './pipes.ts';
import { Source } from './source.ts';

const OWNER = participantId.parse('0000000a');

function source(kind: SourceKind, maxBitrates: readonly number[], scalabilityMode?: string): Source {
  const encodings = maxBitrates.map((maxBitrate, index) => ({
    ssrc: index + 1,
    maxBitrate,
    ...(scalabilityMode === undefined ? {} : { scalabilityMode }),
  }));
  const publication = {
    source: makeSourceId(OWNER, kind, 0),
    kind,
    width: 1280,
    height: 720,
    rtpParameters: { codecs: [], encodings },
  };
  // Neither is asked for anything here.
  return new Source(OWNER, publication, { paused: false } as types.Producer, {} as Outlets);
}

describe('what a source is under a cap', () => {
  it('CA3 is as tall as it was announced when the cap is lifted, and a screen is so in any case', () => {
    const camera = source('camera', [150_000, 500_000, 1_700_000]);
    camera.limit(480);
    expect(camera.video?.heights).toEqual([180, 360, 480]);
    camera.limit(Infinity);
    expect(camera.video?.heights).toEqual([180, 360, 720]);
    const screen = source('screen', [2_500_000]);
    screen.limit(180);
    expect(screen.video?.heights).toEqual([720]);
  });

  it('CA5 takes what a picture of that size takes, and what was measured of another one is forgotten', () => {
    const camera = source('camera', [120_000, 500_000, 1_700_000]);
    camera.measured(90_000);
    camera.limit(480);
    expect(camera.lowest).toBe(90_000);
    const layered = source('camera', [1_700_000], 'L3T3_KEY');
    expect(layered.lowest).toBe(150_000);
    layered.measured(90_000);
    layered.limit(540);
    layered.measured(140_000);
    layered.limit(Infinity);
    expect(layered.lowest).toBe(150_000);
    const single = source('camera', [1_700_000]);
    expect(single.lowest).toBe(1_700_000);
    single.limit(360);
    expect(single.lowest).toBe(500_000);
  });
});
