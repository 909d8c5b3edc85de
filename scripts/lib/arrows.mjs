/**
 * The dependency arrows of docs/architecture.md, as data: who may import whom. The linter's configuration and the
 * `arrows` step of the tests are both made from this table; there is no second list.
 *
 * @typedef {object} Zone
 * @property {string} path  a folder or a file, relative to the repository, with `/` between its parts
 * @property {readonly string[]} workspaces  what it may import of ours, without the scope `@treff/`
 * @property {boolean} [browser]  its code also runs in a browser, so `node:` modules are out of reach
 * @property {boolean} [closed]  imports nothing but `node:` modules and its own files
 * @property {boolean} [sealed]  a part of a package whose relative imports stay inside it
 */

/**
 * The longest path that holds a file decides. `client/core` is a part of a package that others may import alone.
 *
 * @type {readonly Zone[]}
 */
export const ZONES = [
  { path: 'packages/protocol', workspaces: [], browser: true },
  { path: 'packages/conference', workspaces: ['protocol'], browser: true },
  { path: 'packages/bus', workspaces: ['protocol'] },
  { path: 'packages/client/src/core', workspaces: ['protocol', 'conference'], browser: true, sealed: true },
  { path: 'packages/client/src/media', workspaces: ['protocol', 'conference'], browser: true },
  { path: 'packages/client/test', workspaces: ['protocol', 'conference'] },
  { path: 'packages/client', workspaces: ['protocol', 'conference'], browser: true },
  { path: 'packages/web', workspaces: ['client', 'conference', 'protocol'], browser: true },
  { path: 'packages/web/vite.config.ts', workspaces: [] },
  { path: 'packages/embed', workspaces: ['protocol'], browser: true },
  { path: 'packages/server', workspaces: ['protocol', 'conference', 'bus'] },
  // The composition root of the all-in-one process is the only file of the server that knows the bridge.
  {
    path: 'packages/server/src/main.ts',
    workspaces: ['protocol', 'conference', 'bus', 'bridge', 'recorder'],
  },
  { path: 'packages/bridge', workspaces: ['protocol', 'bus', 'media-worker', 'peer'] },
  { path: 'packages/media-worker', workspaces: [], closed: true },
  { path: 'packages/peer', workspaces: ['protocol'] },
  { path: 'packages/recorder', workspaces: ['protocol', 'bus'] },
  { path: 'packages/loadtest', workspaces: ['protocol', 'client/core', 'peer'] },
  // The command line `treff`: it alone reaches both, so that a server knows nothing of the load test.
  { path: 'packages/cli', workspaces: ['server', 'loadtest'] },
  {
    path: 'packages/testing',
    workspaces: [
      'protocol',
      'conference',
      'bus',
      'client',
      'server',
      'bridge',
      'media-worker',
      'peer',
      'recorder',
    ],
  },
  { path: 'e2e', workspaces: ['protocol', 'testing'] },
  {
    path: 'bench',
    workspaces: ['protocol', 'conference', 'client', 'server', 'bridge', 'peer', 'loadtest', 'testing'],
  },
];

/**
 * What tests of a package may import beyond what its sources may, without the scope; `*` holds for every package.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const TEST_WORKSPACES = {
  '*': ['testing'],
  // Tests of the whole process look at it from the media side too.
  'packages/server': ['bridge', 'peer', 'client'],
};

/**
 * Packages from npm that only these folders may know, so that replacing one touches one place alone.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const OWNED_PACKAGES = {
  mediasoup: ['packages/bridge'],
  'node-datachannel': ['packages/peer'],
  // Not the client's core, which runs in Node too.
  'mediasoup-client': ['packages/client/src/media', 'packages/client/test'],
  react: ['packages/web'],
  'react-dom': ['packages/web'],
  fastify: ['packages/server'],
  'better-sqlite3': ['packages/server'],
  kysely: ['packages/server'],
  ws: ['packages/server', 'packages/testing', 'bench'],
  'playwright-core': ['packages/testing'],
};

/**
 * The zone that a file belongs to, or undefined where no arrow is drawn (the repository's own scripts).
 *
 * @param {string} file  relative to the repository
 * @returns {Zone | undefined}
 */
export function zoneOf(file) {
  return ZONES.filter((zone) => file === zone.path || file.startsWith(`${zone.path}/`)).toSorted(
    (one, other) => other.path.length - one.path.length,
  )[0];
}

/**
 * @param {string} file  relative to the repository
 * @returns {boolean} whether it is a test or serves only tests
 */
export function isTest(file) {
  return (
    /\.test\.(ts|tsx|mjs)$/.test(file) || /^(packages\/[^/]+\/test|packages\/testing|e2e|bench)\//.test(file)
  );
}

/**
 * What a file may import of ours.
 *
 * @param {Zone} zone
 * @param {boolean} test  whether the file is a test
 * @returns {string[]} names without the scope; `client` stands for `client/core` too
 */
export function allowedWorkspaces(zone, test) {
  if (!test) return [...zone.workspaces];
  return [
    ...new Set([...zone.workspaces, ...(TEST_WORKSPACES['*'] ?? []), ...(TEST_WORKSPACES[zone.path] ?? [])]),
  ];
}
