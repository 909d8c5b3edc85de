import { ip, Namespaces, removeStale, runIn } from './namespaces.ts';

/** A computer of its own: what is started in its namespace sees only its network. */
export interface Machine {
  readonly namespace: string;
  /** IPv4. */
  readonly address: string;
}

/** A person's computer, at home behind a router. */
export interface Computer extends Machine {
  /** Another address in place of the old one, as between one Wi-Fi and the next. */
  changeAddress(): Promise<void>;
  /** Kilobits a second that its line carries towards it from now on; undefined: any amount. What is more waits for up to 300 ms, as at a modem, and then is lost. */
  limitDownlink(kilobits: number | undefined): Promise<void>;
}

/** How a router translates addresses (RFC 4787 section 4.1), if it does. Nothing unasked gets in where it does. */
export type Translation =
  | 'none'
  /** One port outside for one inside, whoever is talked to. */
  | 'endpoint-independent'
  /** Another port for everyone who is talked to, drawn by lot ("symmetric"). */
  | 'endpoint-dependent';

/** What does not get through a router, in either direction if none is told. */
export type Obstacle =
  | 'everything'
  | 'udp'
  /** The page and the signalling. */
  | 'page'
  /** Media by way of the server. */
  | 'bridge'
  | {
      /** Packets of all kinds, drawn by lot. */
      readonly lossPercent: number;
      /** `in` is what comes to the home. */
      readonly direction?: 'in' | 'out';
    };

/** A router and the network behind it. */
export interface Home {
  computer(): Promise<Computer>;
  /** From now on, in place of what was before. */
  block(...obstacles: Obstacle[]): Promise<void>;
  /** Another address outside in place of the old one, for a router that translates; what was translated to the old one breaks. */
  changeAddress(): Promise<void>;
}

/**
 * Networks in miniature: a server, homes with computers in them, and a core that connects them, each a network namespace of the kernel, so that addresses,
 * routers and what they let through are real. 10.77.0.0/16 is the world; 192.168.n.0/24 are inside homes. Needs root and Linux.
 */
export interface Network {
  readonly server: Machine;
  home(translation?: Translation): Promise<Home>;
  /** Ends everything that runs in it, and removes it. */
  close(): Promise<void>;
}

/** Where a server in this network has its page and its media. */
export const PAGE_PORT = 8_000;
export const MEDIA_PORT = 10_000;

export async function createNetwork(): Promise<Network> {
  await removeStale();
  const namespaces = new Namespaces();
  try {
    return await build(namespaces);
  } catch (error) {
    await namespaces.close();
    throw error;
  }
}

async function build(namespaces: Namespaces): Promise<Network> {
  const core = await namespaces.add('core');
  await forward(core);
  let homes = 0;
  let computers = 0;

  async function server(): Promise<Machine> {
    const namespace = await namespaces.add('server');
    await connect({ namespace: core, link: 'server' }, { namespace, link: 'uplink' }, '10.77.0');
    return { namespace, address: '10.77.0.2' };
  }

  async function home(translation: Translation = 'none'): Promise<Home> {
    const number = ++homes;
    const router = await namespaces.add(`home${number}`);
    await forward(router);
    await connect(
      { namespace: core, link: `home${number}` },
      { namespace: router, link: 'uplink' },
      `10.77.${number}`,
    );
    await rules(router, ROUTER, ...TRANSLATIONS[translation]);
    let host = 2;
    return {
      async computer() {
        const subnet = `192.168.${++computers}`;
        const namespace = await namespaces.add(`computer${computers}`);
        const line = { namespace: router, link: `in${computers}` };
        await connect(line, { namespace, link: 'uplink' }, subnet);
        // Where nothing is translated the world knows the way.
        if (translation === 'none') await ip(`-n ${core} route add ${subnet}.0/24 via 10.77.${number}.2`);
        return computer(namespace, subnet, line);
      },
      async block(...obstacles) {
        await rules(
          router,
          'flush chain inet treff forward',
          ...obstacles.flatMap(rulesOf).map((rule) => `add rule inet treff forward ${rule}`),
        );
      },
      changeAddress: () => readdress(router, `10.77.${number}`, ++host),
    };
  }

  return { server: await server(), home, close: () => namespaces.close() };
}

/** @param line the router's end of it */
function computer(namespace: string, subnet: string, line: End): Computer {
  let host = 2;
  let limited = false;
  return {
    namespace,
    get address() {
      return `${subnet}.${host}`;
    },
    changeAddress: () => readdress(namespace, subnet, ++host),
    async limitDownlink(kilobits) {
      if (kilobits !== undefined) await shape(line, 'replace', 'tbf', 'rate', `${kilobits}kbit`, ...BUFFER);
      else if (limited) await shape(line, 'delete');
      limited = kilobits !== undefined;
    },
  };
}

/** No two packets go at once, or the line would seem wide to whoever probes it with a few; the queue is as long as what goes in 300 ms. */
const BUFFER = ['burst', '1600b', 'latency', '300ms'] as const;

/** Changes how a line queues what it is to send (tc(8)). */
async function shape(
  { namespace, link }: End,
  change: 'replace' | 'delete',
  ...discipline: readonly string[]
): Promise<void> {
  await runIn(namespace, 'tc', 'qdisc', change, 'dev', link, 'root', ...discipline);
}

interface End {
  readonly namespace: string;
  readonly link: string;
}

/** A cable between two namespaces. The upper end gets the subnet's first address, the lower end the second and all its other traffic. */
async function connect(upper: End, lower: End, subnet: string): Promise<void> {
  const peer = `peer name ${lower.link} netns ${lower.namespace}`;
  await ip(`link add ${upper.link} netns ${upper.namespace} type veth ${peer}`);
  await ip(`-n ${upper.namespace} address add ${subnet}.1/24 dev ${upper.link}`);
  await ip(`-n ${lower.namespace} address add ${subnet}.2/24 dev ${lower.link}`);
  for (const { namespace, link } of [upper, lower]) await ip(`-n ${namespace} link set ${link} up`);
  await ip(`-n ${lower.namespace} route add default via ${subnet}.1`);
}

/** The old address goes before the new one comes, and the ways with it. */
async function readdress(namespace: string, subnet: string, host: number): Promise<void> {
  await ip(`-n ${namespace} address delete ${subnet}.${host - 1}/24 dev uplink`);
  await ip(`-n ${namespace} address add ${subnet}.${host}/24 dev uplink`);
  await ip(`-n ${namespace} route replace default via ${subnet}.1`);
}

/** Makes a router of it. */
async function forward(namespace: string): Promise<void> {
  await runIn(namespace, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
}

/** All at once, or none. */
async function rules(namespace: string, ...lines: string[]): Promise<void> {
  await runIn(namespace, 'nft', lines.join('\n'));
}

const ROUTER = `add table inet treff
add chain inet treff forward { type filter hook forward priority 0; }`;

/** What comes in unasked must not even be noted: a noted one takes the port that the answer of the computer inside would have. */
const CLOSED =
  'add chain inet treff input { type filter hook input priority 0; }\nadd rule inet treff input iifname uplink drop';

function translate(how: string): string[] {
  return [
    CLOSED,
    'add chain inet treff out { type nat hook postrouting priority srcnat; }',
    `add rule inet treff out oifname uplink ${how}`,
  ];
}

const TRANSLATIONS: Readonly<Record<Translation, readonly string[]>> = {
  none: [],
  // The kernel keeps the port as long as it is free.
  'endpoint-independent': translate('masquerade'),
  'endpoint-dependent': translate('masquerade random,fully-random'),
};

function rulesOf(obstacle: Obstacle): string[] {
  switch (obstacle) {
    case 'everything':
      return ['drop'];
    case 'udp':
      return ['meta l4proto udp drop'];
    case 'page':
      return [`tcp dport ${PAGE_PORT} drop`, `tcp sport ${PAGE_PORT} drop`];
    case 'bridge':
      return [`th dport ${MEDIA_PORT} drop`, `th sport ${MEDIA_PORT} drop`];
    default: {
      const { lossPercent, direction } = obstacle;
      return [`${direction === undefined ? '' : WAYS[direction]}numgen random mod 100 < ${lossPercent} drop`];
    }
  }
}

/** As nftables tells them apart at the router: by where a packet came in, or goes out. */
const WAYS = { in: 'iifname uplink ', out: 'oifname uplink ' } as const;
