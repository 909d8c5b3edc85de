import {
  allMeet,
  moveIn,
  persona,
  startServer,
  visit,
  type Guest,
  type Household,
  type TestServer,
} from '@treff/testing/browser';
import { createNetwork, refusal, type Network } from '@treff/testing/network';
import { startCoturn, type Coturn } from '@treff/testing/turn';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const why = refusal();
let network: Network;
let coturn: Coturn;
let server: TestServer;
const households: Household[] = [];

beforeAll(async () => {
  if (why !== undefined) return;
  network = await createNetwork();
  coturn = await startCoturn(network.server);
  server = await startServer(coturn.environment('tcp'), network.server);
});
afterAll(async () => {
  await Promise.all(households.map(({ browser }) => browser.close()));
  await server?.stop();
  await coturn?.stop();
  await network?.close();
});
beforeEach((context) => context.skip(why !== undefined, why));

test('where only TCP gets through, and not to the bridge, media goes through the TURN server, between two and among three', async () => {
  const shut = await network.home('endpoint-independent');
  await shut.block('udp', 'bridge');
  const open = await network.home('endpoint-independent');
  const guests: Guest[] = [];
  for (const [index, home] of [shut, open, open].entries()) {
    const household = await moveIn(home, server.origin);
    households.push(household);
    guests.push(await visit(household, `${server.origin}/turn`, persona(index)));
    await allMeet(guests, 30_000);
  }
  expect(guests.flatMap(({ problems }) => problems)).toEqual([]);
});
