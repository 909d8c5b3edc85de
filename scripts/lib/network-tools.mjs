/** The programs that make networks out of namespaces for the tests. */
import { findProgram, provideProgram } from './distribution.mjs';

/** Shown in place of a path. */
const LEFT_OUT = 'tests with networks of their own are left out: only root may make them';

/**
 * Finds `ip` and `nft` or installs them; see `provideProgram`. Only root can use them: nobody else is asked for them, and the tests that need them
 * say that they are left out.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} report
 * @param {import('./distribution.mjs').System} [system]
 */
export async function provideNetworkTools(env, report, system = {}) {
  const { isRoot = process.getuid?.() === 0 } = system;
  if (!isRoot || env.TREFF_NO_NAMESPACES === '1') return { path: LEFT_OUT, installed: false };
  const wanted = {
    name: 'ip and nft',
    find: (/** @type {NodeJS.ProcessEnv} */ env) => {
      const ip = findProgram(['ip'], env);
      const nft = findProgram(['nft'], env);
      return ip === undefined || nft === undefined ? undefined : `${ip} ${nft}`;
    },
    packages: ['iproute2', 'nftables'],
    elsewhere: 'Install iproute2 and nftables, or leave these tests out with TREFF_NO_NAMESPACES=1.',
  };
  return provideProgram(wanted, env, report, system);
}
