import { defineConfig } from 'oxlint';
import { allowedWorkspaces, OWNED_PACKAGES, ZONES } from './scripts/lib/arrows.mjs';

type Zone = (typeof ZONES)[number];
type Pattern = { group?: string[]; regex?: string; message: string };

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/*.test.mjs'];

/** Code of which nobody outside the process is a user: it may write to the console. */
const COMMAND_LINE = [
  'scripts/**',
  'deploy/**',
  'bench/**',
  'e2e/**',
  '*.config.ts',
  'packages/*/vite.config.ts',
];

/** The sockets and connections that belong to the client package; the interface only sees sources and tracks. */
const CONNECTIONS = [
  'RTCPeerConnection',
  'RTCRtpSender',
  'RTCRtpReceiver',
  'WebSocket',
  'EventSource',
  'WebTransport',
];

const PAGE = [
  'window',
  'document',
  'navigator',
  'localStorage',
  'sessionStorage',
  'location',
  'history',
  'HTMLElement',
];

/** Whatever makes the same input give another output, or touches the world. */
const EFFECTS =
  'Date performance crypto fetch console process globalThis queueMicrotask setTimeout setInterval setImmediate'.split(
    ' ',
  );

const restrictedGlobals = (
  names: string[],
  message: string,
): ['error', ...{ name: string; message: string }[]] => [
  'error',
  ...names.map((name) => ({ name, message })),
];

/** The arrows of one zone as the rule's options; dynamic imports are checked by this rule too. */
function restrictedImports(zone: Zone, test: boolean): ['error', { patterns: Pattern[] }] {
  const workspaces = allowedWorkspaces(zone, test);
  const owned = Object.entries(OWNED_PACKAGES)
    .filter(([, owners]) => !owners.some((owner) => zone.path === owner || zone.path.startsWith(`${owner}/`)))
    .map(([name]) => name);
  const allowed = workspaces.flatMap((name) => [`!@treff/${name}`, `!@treff/${name}/**`]);
  const patterns: Pattern[] = [
    {
      group: ['@treff/*', '@treff/*/**', ...allowed],
      message: `No arrow leads there: ${zone.path} may import ${workspaces.join(', ') || 'no other package'}.`,
    },
    { regex: '^(\\.\\./)+([a-z-]+/)?[a-z-]+/src/', message: 'Import the package, not a file inside of it.' },
    { regex: '^(\\.\\./)+(packages|scripts)/', message: 'Import the package, not a file inside of it.' },
    {
      group: owned.flatMap((name) => [name, `${name}/**`]),
      message: 'Another package owns this dependency (scripts/lib/arrows.mjs).',
    },
  ];
  if (zone.closed === true && !test) {
    patterns.push({
      regex: '^(@|[a-mo-z0-9]|n[^o]|no[^d]|nod[^e]|node[^:])',
      message: `${zone.path} imports nothing.`,
    });
  }
  if (zone.browser === true && !test) {
    patterns.push({ regex: '^node:', message: `${zone.path} runs in a browser.` });
  }
  if (zone.sealed === true) {
    patterns.push({ regex: '^(\\.\\./)+media/', message: `${zone.path} stands alone.` });
  }
  return ['error', { patterns }];
}

const filesOf = (path: string) => (path.endsWith('.ts') ? [path] : [`${path}/**/*.{ts,tsx}`]);

/** Longer paths last, because a later override replaces an earlier one. */
const zones = ZONES.toSorted((one, other) => one.path.length - other.path.length);

const arrows = [
  ...zones.map((zone) => ({
    files: filesOf(zone.path),
    rules: { 'no-restricted-imports': restrictedImports(zone, false) },
  })),
  ...zones
    .filter((zone) => !zone.path.endsWith('.ts'))
    .map((zone) => ({
      files: zone.path.endsWith('/test')
        ? [`${zone.path}/**`]
        : [`${zone.path}/**/*.test.{ts,tsx}`, `${zone.path}/test/**`],
      rules: { 'no-restricted-imports': restrictedImports(zone, true) },
    })),
];

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', 'data/**', 'coverage/**'],
  env: { builtin: true, es2024: true },
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', { max: 600 }],
    'no-console': 'error',
    'no-empty': 'error',
    'no-empty-function': 'error',
    'no-fallthrough': 'error',
    'no-new-func': 'error',
    'no-self-compare': 'error',
    'no-var': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    'object-shorthand': 'error',
    'prefer-const': 'error',

    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-type-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    'typescript/return-await': ['error', 'in-try-catch'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    'unicorn/prefer-node-protocol': 'error',

    // Not our taste, or said better by the compiler.
    'no-new': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'import/no-named-as-default-member': 'off',
    'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }],
    'promise/always-return': 'off',
    'typescript/consistent-return': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'vitest/require-mock-type-parameters': 'off',
    // It speaks of Express; Fastify awaits its handlers.
    'oxc/no-async-endpoint-handlers': 'off',
  },
  overrides: [
    ...arrows,
    {
      files: ['packages/conference/src/**/*.ts'],
      rules: {
        'no-restricted-globals': restrictedGlobals(
          EFFECTS,
          'The conference is pure: it is handed time, ids and chance.',
        ),
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'The conference is pure: it is handed chance.' },
        ],
      },
    },
    {
      files: ['packages/client/src/core/**/*.ts'],
      rules: {
        'no-restricted-globals': restrictedGlobals(
          [...PAGE, ...CONNECTIONS.slice(0, 3)],
          'The core runs in Node too.',
        ),
      },
    },
    {
      files: ['packages/web/**/*.{ts,tsx}'],
      plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest', 'react', 'jsx-a11y'],
      rules: {
        'no-restricted-globals': restrictedGlobals(CONNECTIONS, 'Connections belong to the client package.'),
        'react/rules-of-hooks': 'error',
        'react/exhaustive-deps': 'error',
        'react/jsx-no-target-blank': 'error',
        'react/no-danger': 'error',
        'react/react-in-jsx-scope': 'off',
        // Live media has no captions to offer in a track.
        'jsx-a11y/media-has-caption': 'off',
      },
    },
    {
      files: [...TESTS, 'packages/*/test/**', 'packages/testing/**', 'e2e/**'],
      rules: {
        'typescript/no-unsafe-type-assertion': 'off',
        'typescript/unbound-method': 'off',
        'no-empty-function': 'off',
        'vitest/no-conditional-expect': 'off',
        'vitest/expect-expect': [
          'error',
          { assertFunctionNames: ['expect*', 'assert*', '*.assert', 'check*', 'until*'] },
        ],
      },
    },
    {
      files: ['e2e/**'],
      rules: {
        // Waiting for what a person would see is the assertion: it rejects when it does not come.
        'vitest/expect-expect': 'off',
        'vitest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['afterEach'] }],
      },
    },
    {
      // JavaScript can't say what a parsed file holds; these read only files of this repository.
      files: ['scripts/**', 'deploy/**'],
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
      },
    },
    { files: COMMAND_LINE, rules: { 'no-console': 'off', 'import/no-default-export': 'off' } },
  ],
});
