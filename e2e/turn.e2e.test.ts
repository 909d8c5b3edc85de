import {
  allMeet,
  attend,
  contextOf,
  join,
  launchBrowser,
  openPage,
  persona,
  selfOf,
  startServer,
  until,
  type Attendee,
  type Browser,
  type Page,
  type Persona,
} from '@treff/testing/browser';
import { startCoturn, TurnClient, type Coturn } from '@treff/testing/turn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let coturn: Coturn;
beforeAll(async () => {
  coturn = await startCoturn();
});
afterAll(() => coturn.stop());

describe('coturn as it is configured', () => {
  /** Asks with an allocation of the family for a permission and for a channel to each peer. */
  async function askFor(family: 4 | 6, peers: readonly string[]): Promise<Record<string, unknown>> {
    const server = { address: family === 4 ? coturn.address : '::1', port: coturn.port };
    const client = await TurnClient.open(server, coturn.credentials(60));
    try {
      expect(await client.allocate(family)).toBe('ok');
      const outcomes: Record<string, unknown> = {};
      for (const peer of peers)
        outcomes[peer] = [await client.createPermission(peer), await client.bindChannel(peer, 10_000)];
      return outcomes;
    } finally {
      client.close();
    }
  }
  const allAre = (peers: readonly string[], outcome: 'ok' | number) =>
    Object.fromEntries(peers.map((peer) => [peer, [outcome, outcome]]));

  test('relays to no IPv4 address that only its own machine or network can reach', async () => {
    const peers = [
      '0.0.0.0',
      '10.0.0.1',
      '10.255.255.255',
      '100.64.0.1',
      '127.0.0.1',
      '127.255.255.254',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.1',
      '192.88.99.1',
      '192.168.0.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '239.255.255.255',
      '255.255.255.255',
    ];
    expect(await askFor(4, peers)).toEqual(allAre(peers, 403));
  });

  test('relays to no IPv6 address that is not global, nor to IPv4 by a detour', async () => {
    const peers = [
      '0:0:0:0:0:0:0:0',
      '0:0:0:0:0:0:0:1',
      // Compatible, mapped, translated, NAT64, 6to4, Teredo: 127.0.0.1, 10.0.0.1 and 169.254.169.254 in all disguises.
      '0:0:0:0:0:0:7f00:1',
      '0:0:0:0:0:ffff:7f00:1',
      '0:0:0:0:0:ffff:a00:1',
      '0:0:0:0:0:ffff:a9fe:a9fe',
      '0:0:0:0:ffff:0:7f00:1',
      '64:ff9b:0:0:0:0:a00:1',
      '64:ff9b:1:0:0:0:a00:1',
      '2002:7f00:1:0:0:0:0:1',
      '2001:0:0:0:0:0:7f00:1',
      '2001:db8:0:0:0:0:0:1',
      '3fff:0:0:0:0:0:0:1',
      'fc00:0:0:0:0:0:0:1',
      'fdff:0:0:0:0:0:0:1',
      'fe80:0:0:0:0:0:0:1',
      'fec0:0:0:0:0:0:0:1',
      'ff02:0:0:0:0:0:0:1',
    ];
    expect(await askFor(6, peers)).toEqual(allAre(peers, 403));
  });

  test('relays to the bridge, and to whom the whole world can reach', async () => {
    const four = [
      coturn.address,
      '9.255.255.255',
      '11.0.0.0',
      '100.128.0.0',
      '172.32.0.0',
      '223.255.255.254',
    ];
    const six = ['2606:0:0:0:0:0:0:1', '2a00:0:0:0:0:0:0:1', '2001:200:0:0:0:0:0:1', '2003:0:0:0:0:0:0:1'];
    expect(await askFor(4, four)).toEqual(allAre(four, 'ok'));
    expect(await askFor(6, six)).toEqual(allAre(six, 'ok'));
  });

  test('takes neither expired nor invented credentials', async () => {
    const good = coturn.credentials(60);
    for (const bad of [
      coturn.credentials(-1),
      { ...good, credential: Buffer.from('x'.repeat(20)).toString('base64') },
      { ...good, username: good.username.replace('test', 'more') },
      { ...good, username: 'test' },
    ]) {
      const client = await TurnClient.open(coturn, bad);
      expect(await client.allocate()).toBe(401);
      client.close();
    }
  });

  test('goes on with an allocation whose credentials have expired', async () => {
    const credentials = coturn.credentials(2);
    const client = await TurnClient.open(coturn, credentials);
    expect(await client.allocate()).toBe('ok');
    await until(
      async () => {
        const late = await TurnClient.open(coturn, credentials);
        const outcome = await late.allocate();
        if (outcome === 'ok') await late.refresh(0);
        late.close();
        return outcome === 401;
      },
      'the credentials to expire',
      30_000,
    );
    expect(await client.refresh(600)).toBe('ok');
    expect(await client.createPermission(coturn.address)).toBe('ok');
    expect(await client.bindChannel(coturn.address, 10_000)).toBe('ok');
    client.close();
  });
});

describe('a call through TURN alone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(['udp', 'tcp'] as const)(
    'reaches the bridge over %s, and again when all allocations are lost',
    async (transport) => {
      const server = await startServer({
        ...coturn.environment(transport),
        JVB_ADVERTISE_IPS: coturn.address,
        ENABLE_P2P: 'off',
      });
      const room = `${server.origin}/relayed`;
      const present: Attendee[] = [];
      try {
        const relayed = await attendBehind(browser, room, persona(0), 'network');
        present.push(relayed, await attend(browser, room, persona(1)));
        await allMeet(present);
        const ways = await waysOf(relayed.page);
        expect(ways.map(({ way }) => way)).toEqual([`relay ${transport}`, `relay ${transport}`]);

        await coturn.crashAndRestart();
        await until(
          async () => {
            const now = await waysOf(relayed.page);
            return now.length === 2 && now.every(({ port }) => !ways.some((before) => before.port === port));
          },
          'other allocations',
          30_000,
        );
        await allMeet(present);
        expect(server.output()).not.toContain(coturn.environment(transport).TURN_SECRET);
      } finally {
        await Promise.all(present.map(({ context }) => context.close()));
        await server.stop();
      }
    },
  );
});

describe('two people who hide their addresses from each other', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(['udp', 'tcp'] as const)('talk directly through TURN over %s', async (transport) => {
    const server = await startServer({ ...coturn.environment(transport), JVB_ADVERTISE_IPS: coturn.address });
    const room = `${server.origin}/hidden`;
    const present: Attendee[] = [];
    const told: string[] = [];
    try {
      for (const index of [0, 1])
        present.push(await attendBehind(browser, room, persona(index), 'choice', told));
      await until(
        async () => {
          const ways = await Promise.all(present.map(({ page }) => waysOf(page)));
          return ways.every((mine) => mine.some(({ toRelay, frames }) => toRelay && frames > 0));
        },
        'pictures over a direct connection',
        30_000,
      );
      await allMeet(present, 30_000);
      for (const { page } of present) {
        const direct = (await waysOf(page)).filter(({ toRelay }) => toRelay);
        expect(direct.map(({ way }) => way)).toEqual([`relay ${transport}`]);
      }
      expect(told.some((frame) => frame.includes('typ relay'))).toBe(true);
      expect(told.filter((frame) => /typ (host|srflx|prflx)/.test(frame))).toEqual([]);
    } finally {
      await Promise.all(present.map(({ context }) => context.close()));
      await server.stop();
    }
  });
});

/** What the page's script leaves for the test. */
declare const connectionsOfPage: RTCPeerConnection[];

/**
 * As `attend`, behind a network that lets nothing but TURN through, or by the choice to relay what would go directly. `told`: gets what the page says to
 * the server.
 */
async function attendBehind(
  browser: Browser,
  room: string,
  who: Persona,
  what: 'network' | 'choice',
  told: string[] = [],
): Promise<Attendee> {
  const context = await contextOf(browser, who);
  await context.addInitScript((what) => {
    if (what === 'choice') localStorage.setItem('treff.direct', 'relay');
    const connections: RTCPeerConnection[] = [];
    const confined = (configuration?: RTCConfiguration): RTCConfiguration => ({
      ...configuration,
      ...(what === 'network' ? { iceTransportPolicy: 'relay' } : {}),
    });
    class Confined extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(confined(configuration));
        connections.push(this);
      }
      override setConfiguration(configuration?: RTCConfiguration): void {
        super.setConfiguration(confined(configuration));
      }
    }
    Object.assign(globalThis, { RTCPeerConnection: Confined, connectionsOfPage: connections });
  }, what);
  context.on('page', (page) =>
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => told.push(String(payload)))),
  );
  const problems: string[] = [];
  const page = await openPage(context, room, problems);
  await join(page, who.name);
  return { who, context, page, id: await selfOf(page), problems };
}

/**
 * How each connection of the page that is up reaches the other end: kind of its own candidate, the protocol to the relay, the port there, whether the
 * other end relays, too, and how many pictures came.
 */
async function waysOf(
  page: Page,
): Promise<{ way: string; port: number | undefined; toRelay: boolean; frames: number }[]> {
  return page.evaluate(async () => {
    const ways = [];
    for (const connection of connectionsOfPage) {
      if (connection.connectionState !== 'connected') continue;
      const stats = new Map<string, Readonly<Record<string, string | number>>>();
      (await connection.getStats()).forEach((report: { id: string }) => stats.set(report.id, { ...report }));
      const transport = [...stats.values()].find(({ type }) => type === 'transport');
      const pair = stats.get(String(transport?.['selectedCandidatePairId']));
      const local = stats.get(String(pair?.['localCandidateId']));
      const remote = stats.get(String(pair?.['remoteCandidateId']));
      ways.push({
        way: `${local?.['candidateType']} ${local?.['relayProtocol']}`,
        port: Number(local?.['port']),
        toRelay: remote?.['candidateType'] === 'relay',
        frames: [...stats.values()].reduce((sum, report) => sum + Number(report['framesDecoded'] ?? 0), 0),
      });
    }
    return ways;
  });
}
