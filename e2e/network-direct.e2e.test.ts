import {
  allMeet,
  moveIn,
  persona,
  selfOf,
  startServer,
  visit,
  witness,
  type Guest,
  type Household,
  type TestServer,
} from '@treff/testing/browser';
import { createNetwork, refusal, type Home, type Network } from '@treff/testing/network';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const MEDIA_LOST = 'Picture and sound are interrupted. Reconnecting …';

const why = refusal();
let network: Network;
let server: TestServer;
let households: Household[] = [];

beforeAll(async () => {
  if (why !== undefined) return;
  network = await createNetwork();
  server = await startServer({}, network.server);
});
afterAll(async () => {
  await server?.stop();
  await network?.close();
});
beforeEach((context) => context.skip(why !== undefined, why));
afterEach(async () => {
  await Promise.all(households.map(({ browser }) => browser.close()));
  households = [];
});

/** The pair of a room that nobody else is in. */
async function two(room: string, ...homes: readonly [Home, Home]): Promise<readonly [Guest, Guest]> {
  const guest = async (index: 0 | 1) => {
    const household = await moveIn(homes[index], server.origin);
    households.push(household);
    return visit(household, `${server.origin}/${room}`, persona(index));
  };
  return [await guest(0), await guest(1)];
}

test('two in one network talk directly', async () => {
  const home = await network.home('endpoint-independent');
  await home.block('bridge');
  await allMeet(await two('one-network', home, home), 30_000);
});

test('two behind routers that translate their addresses talk directly, and do so again when an address changes', async () => {
  const homes = [
    await network.home('endpoint-independent'),
    await network.home('endpoint-independent'),
  ] as const;
  for (const home of homes) await home.block('bridge');
  const [ann, ben] = await two('two-networks', ...homes);
  await allMeet([ann, ben], 30_000);

  const benSaw = await witness(ben.page, []);
  await ann.computer.changeAddress();
  await ann.page.getByText(MEDIA_LOST).waitFor();
  await ann.page.getByText(MEDIA_LOST).waitFor({ state: 'detached', timeout: 60_000 });
  await allMeet([ann, ben], 30_000);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await benSaw.tiles()).toHaveLength(1);
});

test('two whose routers let no direct connection through talk over the bridge', async () => {
  const homes = [await network.home('endpoint-dependent'), await network.home('endpoint-dependent')] as const;
  const [ann, ben] = await two('no-way', ...homes);
  await allMeet([ann, ben]);
  for (const home of homes) await home.block('bridge');
  await ann.page.getByText(MEDIA_LOST).waitFor();
  for (const home of homes) await home.block();
  await allMeet([ann, ben], 30_000);
});
