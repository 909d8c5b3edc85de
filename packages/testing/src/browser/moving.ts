import type { Browser } from 'playwright-core';
import type { Persona } from './browser.ts';
import { carriagesOf } from './connections.ts';
import { clockOf, recordOf } from './media-record.ts';
import { arrive, enter, type Attendee } from './meeting.ts';
import { until } from './server.ts';

const PATIENCE_MS = 30_000;

/** Somebody on the prejoin page, who is in the room as soon as `enter` is called: a move can be told from the loading of a page. */
export interface Outsider {
  enter(): Promise<Attendee>;
}

export async function waitOutside(browser: Browser, room: string, who: Persona): Promise<Outsider> {
  const visitor = await arrive(browser, room, who);
  return { enter: () => enter(visitor) };
}

/** Waits until all of these kinds of `there`, from one's camera to what a screen plays, come to `here` by this way alone, and go on coming. */
export async function comesBy(
  way: 'p2p' | 'bridge',
  here: Attendee,
  there: Attendee,
  kinds: readonly string[],
): Promise<void> {
  const since = await clockOf(here.page);
  const direct = way === 'p2p';
  await Promise.all(
    kinds.map((kind) =>
      until(
        async () => {
          const { scenes, tracks, presented } = await recordOf(here.page, since);
          const source = `${there.id}/${kind}`;
          const shown = scenes.at(-1)?.shown.filter((piece) => piece.source === source) ?? [];
          return (
            shown.length > 0 &&
            shown.every(({ track, perceived }) => {
              const recorded = tracks[track];
              if (!perceived || recorded?.direct !== direct) return false;
              return recorded.kind === 'video'
                ? presented.filter((frame) => frame.source === source && frame.track === track).length >= 5
                : recorded.moments.length >= 50;
            })
          );
        },
        `${there.who.name}'s ${kind} by ${way} at ${here.who.name}`,
        PATIENCE_MS,
      ),
    ),
  );
}

/** Waits until bytes flow from browser to browser while for half a second no RTP comes or goes over the bridge. */
export async function talksDirectly({ page, who }: Attendee): Promise<void> {
  const read = async () => {
    const carriages = await carriagesOf(page);
    const sum = (of: (carriage: (typeof carriages)[number]) => number) =>
      carriages.reduce((total, carriage) => total + of(carriage), 0);
    return {
      at: await clockOf(page),
      direct: sum(({ direct, pairBytes }) => (direct ? pairBytes : 0)),
      bridge: sum(({ direct, rtpBytes }) => (direct ? 0 : rtpBytes)),
    };
  };
  let before = await read();
  await until(
    async () => {
      const now = await read();
      if (now.bridge !== before.bridge || now.direct < before.direct) before = now;
      return now.at - before.at >= 500 && now.direct - before.direct > 2_000;
    },
    `${who.name} to talk from browser to browser alone`,
    PATIENCE_MS,
  );
}

/** Waits until the page has no direct connection any more. */
export async function leftDirect({ page, who }: Attendee): Promise<void> {
  await until(
    async () => !(await carriagesOf(page)).some(({ direct }) => direct),
    `the direct connection of ${who.name} to end`,
    PATIENCE_MS,
  );
}
