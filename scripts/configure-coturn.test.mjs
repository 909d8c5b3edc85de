import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './lib/process.mjs';
import { root } from './lib/root.mjs';

const GOOD = {
  TURN_REALM: 'turn.example.org',
  TURN_SECRET: 'a$&b-sixteen-or-more',
  BRIDGE_IPS: '203.0.113.7, 2001:db8::7',
};

/** @param {Record<string, string>} env */
function configure(env) {
  return run(process.execPath, [join(root, 'deploy/coturn/configure.mjs')], { env });
}

test('the template is filled in, and lines without a value are left out', async () => {
  const { code, output } = await configure(GOOD);
  expect(code).toBe(0);
  const lines = output.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toContain('static-auth-secret=a$&b-sixteen-or-more');
  expect(lines.filter((line) => line.startsWith('allowed-peer-ip'))).toEqual([
    'allowed-peer-ip=203.0.113.7',
    'allowed-peer-ip=2001:db8::7',
  ]);
  expect(lines.filter((line) => /@|^(cert|pkey|external-ip|listening-ip|relay-ip)=/.test(line))).toEqual([]);
});

test('certificate and outer addresses come in where they are given', async () => {
  const { output } = await configure({
    ...GOOD,
    TURN_CERT: '/etc/ssl/turn.pem',
    TURN_KEY: '/etc/ssl/turn.key',
    TURN_EXTERNAL_IPS: '203.0.113.7/10.0.0.7',
  });
  expect(output).toMatch(/^external-ip=203\.0\.113\.7\/10\.0\.0\.7$/m);
  expect(output).toMatch(/^cert=\/etc\/ssl\/turn\.pem\npkey=\/etc\/ssl\/turn\.key$/m);
});

test.each([
  ['TURN_REALM', ''],
  ['TURN_SECRET', 'short'],
  ['TURN_SECRET', 'sixteen-or-more\nno-auth'],
  ['TURN_SECRET', 'sixteen-or-more#comment'],
  ['BRIDGE_IPS', ''],
  ['BRIDGE_IPS', '203.0.113.0/24'],
  ['BRIDGE_IPS', '0.0.0.0-255.255.255.255'],
  ['TURN_PORT', '70000'],
  ['TURN_CERT', '/etc/ssl/turn.pem'],
])('%s=%j makes no configuration', async (name, value) => {
  const { code, output } = await configure({ ...GOOD, [name]: value });
  expect(code).toBe(1);
  expect(output).toContain(name);
  expect(output).not.toContain('denied-peer-ip');
  if (name === 'TURN_SECRET') expect(output).not.toContain(value);
});
