import { describe, expect, it } from 'vitest';
import { sourceId } from '@treff/protocol';
import { ManualClock } from '@treff/testing';
import { SenderWants } from './sender-wants.ts';

const CAMERA = sourceId.parse('0fd81c2a-v1');
const SCREEN = sourceId.parse('0fd81c2a-v2');

function world() {
  const clock = new ManualClock();
  const told: string[] = [];
  const wants = new SenderWants(clock, (source, { layers, maxHeight }) =>
    told.push([source, layers, maxHeight === Infinity ? [] : maxHeight].flat().join(' ')),
  );
  wants.add(CAMERA, { layers: 3, maxHeight: Infinity });
  const take = () => told.splice(0);
  /** Somebody gets that many layers of the camera. */
  const use = (layers: number) => wants.update(layers === 0 ? new Map() : new Map([[CAMERA, layers]]));
  return { clock, wants, use, take };
}

describe('what senders are to encode', () => {
  it('SW1 is everything of a new source', () => {
    const { wants, take } = world();
    expect(wants.toldOf(CAMERA)).toEqual({ layers: 3, maxHeight: Infinity });
    expect(wants.toldOf(SCREEN)).toBeUndefined();
    expect(take()).toEqual([]);
  });

  it('SW4 keeps what nobody gets any more for 10 s, and then tells', () => {
    const { clock, use, take } = world();
    use(1);
    clock.advance(9_999);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual([`${CAMERA} 1`]);
    use(0);
    clock.advance(10_000);
    expect(take()).toEqual([`${CAMERA} 0`]);
  });

  it('SW4 keeps each layer from the moment at which it was used last', () => {
    const { clock, use, take } = world();
    use(3);
    use(2);
    clock.advance(4_000);
    use(0);
    clock.advance(6_000);
    expect(take()).toEqual([`${CAMERA} 2`]);
    clock.advance(4_000);
    expect(take()).toEqual([`${CAMERA} 0`]);
    expect(clock.pending).toBe(0);
  });

  it('SW3 asks at once for what is wanted again', () => {
    const { clock, use, take } = world();
    use(0);
    clock.advance(10_000);
    use(3);
    expect(take()).toEqual([`${CAMERA} 0`, `${CAMERA} 3`]);
  });

  it('SW5 says nothing about what comes back in time, and nothing twice', () => {
    const { clock, use, take } = world();
    for (const layers of [3, 1, 3, 2, 3]) {
      use(layers);
      clock.advance(6_000);
    }
    expect(take()).toEqual([]);
    use(2);
    clock.advance(60_000);
    use(2);
    expect(take()).toEqual([`${CAMERA} 2`]);
  });

  it('CA4 tells another height at once, lower or higher, together with the layers', () => {
    const { clock, wants, use, take } = world();
    use(2);
    clock.advance(10_000);
    wants.limit(CAMERA, 480);
    wants.limit(CAMERA, 480);
    wants.limit(SCREEN, 480);
    wants.limit(CAMERA, 720);
    wants.limit(CAMERA, Infinity);
    expect(take()).toEqual([`${CAMERA} 2`, `${CAMERA} 2 480`, `${CAMERA} 2 720`, `${CAMERA} 2`]);
    wants.limit(CAMERA, 480);
    use(3);
    expect(take()).toEqual([`${CAMERA} 2 480`, `${CAMERA} 3 480`]);
  });

  it('CA4 says nothing of a height that the sender knows already', () => {
    const { wants, take } = world();
    wants.add(CAMERA, { layers: 3, maxHeight: 480 });
    wants.limit(CAMERA, 480);
    expect(take()).toEqual([]);
  });

  it('is silent about what has ended', () => {
    const { clock, wants, use, take } = world();
    use(0);
    wants.remove(CAMERA);
    clock.advance(10_000);
    wants.add(CAMERA, { layers: 3, maxHeight: Infinity });
    use(0);
    wants.close();
    expect(take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
