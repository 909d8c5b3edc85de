/**
 * Makes coturn's configuration of the template beside this file, out of the environment, and prints it:
 *
 *     TURN_REALM=turn.example.org TURN_SECRET=… BRIDGE_IPS=203.0.113.7 node configure.mjs > /etc/turnserver.conf
 *
 * docs/operators.md tells what the variables mean. Needs Node 18 or newer and nothing else; both files may be copied anywhere.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** @typedef {{value?: string, list?: boolean, test: (text: string) => boolean, allowed: string}} Variable */

/** @type {Readonly<Record<string, Variable>>} with the standard value; without one it has to be given */
const VARIABLES = {
  TURN_REALM: { test: (text) => /^[a-z0-9.-]{1,127}$/i.test(text), allowed: 'a host name' },
  // Without what quotes or begins a comment in coturn's file.
  TURN_SECRET: {
    test: (text) => /^[!-~]{16,256}$/.test(text) && !/[#"'\\]/.test(text),
    allowed: '16 to 256 characters without spaces, quotes, # and \\',
  },
  BRIDGE_IPS: { list: true, test: isAddress, allowed: 'addresses of the bridge, separated by commas' },
  TURN_LISTEN_IPS: {
    value: '',
    list: true,
    test: isAddress,
    allowed: 'addresses of this machine, separated by commas',
  },
  TURN_EXTERNAL_IPS: {
    value: '',
    list: true,
    test: (text) => text.split('/').length <= 2 && text.split('/').every(isAddress),
    allowed: 'public addresses, or public/private, separated by commas',
  },
  TURN_PORT: { value: '3478', test: isPort, allowed: 'a port' },
  TURN_TLS_PORT: { value: '5349', test: isPort, allowed: 'a port' },
  TURN_MIN_PORT: { value: '49152', test: isPort, allowed: 'a port' },
  TURN_MAX_PORT: { value: '65535', test: isPort, allowed: 'a port' },
  TURN_CERT: { value: '', test: isPath, allowed: 'an absolute path' },
  TURN_KEY: { value: '', test: isPath, allowed: 'an absolute path' },
};

/** @type {Record<string, string[]>} */
const values = {};
/** @type {string[]} */
const problems = [];
for (const [name, { value: standard, list = false, test, allowed }] of Object.entries(VARIABLES)) {
  const text = (process.env[name] ?? '').trim() || standard;
  const parts = text === undefined ? [] : list ? text.split(',').map((part) => part.trim()) : [text];
  values[name] = text === '' ? [] : parts;
  if (text === undefined) problems.push(`${name} is missing: ${allowed}.`);
  else if (!values[name].every(test)) problems.push(`${name} is not ${allowed}.`);
}
if (values.TURN_CERT?.length !== values.TURN_KEY?.length)
  problems.push('TURN_CERT and TURN_KEY belong together.');

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
const template = readFileSync(new URL('turnserver.conf', import.meta.url), 'utf8');
process.stdout.write(
  template
    .split('\n')
    .flatMap((line) => {
      const name = line.startsWith('#') ? undefined : /@([A-Z_]+)@/.exec(line)?.[1];
      // A function, because `$&` in a secret would mean something in a text.
      return name === undefined
        ? [line]
        : (values[name] ?? []).map((value) => line.replace(`@${name}@`, () => value));
    })
    .join('\n'),
);

/** @param {string} text */
function isAddress(text) {
  return isIP(text) !== 0;
}

/** @param {string} text */
function isPort(text) {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

/** @param {string} text */
function isPath(text) {
  return /^\/[\w./-]+$/.test(text);
}
