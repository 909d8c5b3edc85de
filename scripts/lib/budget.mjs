/**
 * How much JavaScript a browser loads, by Vite's manifest: what the page asks for at once, and what the first call
 * adds. A page that grows a little every week is slow before anybody has noticed.
 *
 * @typedef {object} Chunk  an entry of the manifest
 * @property {string} file
 * @property {boolean} [isEntry]
 * @property {readonly string[]} [imports]  keys of chunks that are loaded with it
 * @property {readonly string[]} [dynamicImports]
 *
 * @typedef {Readonly<Record<string, Chunk>>} Manifest
 */

/**
 * In bytes of gzip, a thousand a kilobyte: what people on a slow phone wait for before they see the first page, and
 * before they sign in or see their rooms, and before they see each other; and what comes into the call when they do, panels and
 * dialogs.
 */
export const LIMITS = { welcome: 130_000, account: 140_000, call: 235_000, later: 60_000 };

/** What the entry imports for each page. A browser that shows one of them loads nothing of the others. */
const PAGES = { welcome: /^src\/welcome\//, call: /^src\/room\//, account: /^src\/account\// };

/**
 * What a call loads when its first pictures are there, or when somebody opens something of it; and what those load who come to a
 * door that is shut.
 */
const LATER = ['src/call/later/seldom.ts', 'src/room/threshold.ts'];

/** Translations: a browser loads one of them. */
const LANGUAGES = /^src\/(i18n|locales)\//;

/**
 * What is loaded at once can't be told from what is loaded later by the manifest alone, so all that a page may import
 * dynamically counts for it, except the other pages and, for a call, what is known to come later.
 *
 * @param {Manifest} manifest
 * @returns {{welcome: Set<string>, account: Set<string>, call: Set<string>, later: Set<string>, languages: Set<string>}} scripts; later is what the call has not loaded yet
 * @throws {Error} if there is no entry or no chunk of the call: then something is measured that isn't loaded
 */
export function loadedFiles(manifest) {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true);
  if (entries.length === 0) throw new Error('the manifest has no entry');
  const isOfOther = (/** @type {string} */ key, /** @type {string} */ page) =>
    Object.entries(PAGES).some(([name, sources]) => name !== page && sources.test(key));
  const inAll = reach(manifest, entries, (key) => !isOfOther(key, 'call'));
  if (![...inAll].some((key) => PAGES.call.test(key))) {
    throw new Error('the manifest has no chunk of a room: is it imported dynamically?');
  }
  const call = reach(manifest, entries, (key) => !isOfOther(key, 'call') && !LATER.includes(key));
  const welcome = reach(manifest, entries, (key) => !isOfOther(key, 'welcome'));
  const isLanguage = (/** @type {string} */ key) => LANGUAGES.test(key) && manifest[key]?.isEntry !== true;
  const scripts = (/** @type {Iterable<string>} */ keys) =>
    new Set([...keys].map((key) => manifest[key]?.file ?? '').filter((file) => file.endsWith('.js')));
  const without = (/** @type {Set<string>} */ keys) => scripts([...keys].filter((key) => !isLanguage(key)));
  return {
    welcome: without(welcome),
    account: without(reach(manifest, entries, (key) => !isOfOther(key, 'account'))),
    call: without(call),
    later: scripts([...inAll].filter((key) => !call.has(key))),
    languages: scripts([...inAll].filter(isLanguage)),
  };
}

/**
 * @param {Manifest} manifest
 * @param {readonly string[]} keys
 * @param {(key: string) => boolean} follows  whether a dynamic import counts
 * @returns {Set<string>} the keys of these chunks and of all that they load
 */
function reach(manifest, keys, follows) {
  /** @type {Set<string>} */
  const seen = new Set();
  const open = [...keys];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the manifest lacks ${key}, which another chunk imports`);
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(chunk.imports ?? []), ...(chunk.dynamicImports ?? []).filter(follows));
  }
  return seen;
}

/**
 * @param {Manifest} manifest
 * @param {(file: string) => number} sizeOf  bytes of one file, compressed
 * @returns {{lines: string[], exceeded: boolean}} what to print, and whether a limit was passed
 */
export function checkBudget(manifest, sizeOf) {
  const { languages, ...pages } = loadedFiles(manifest);
  const language = Math.max(0, ...[...languages].map(sizeOf));
  const results = Object.entries(LIMITS).map(([name, limit]) => {
    const files = pages[/** @type {keyof typeof LIMITS} */ (name)];
    // A call has loaded its language when the rest comes.
    const size = [...files].reduce((sum, file) => sum + sizeOf(file), name === 'later' ? 0 : language);
    return { name, size, limit };
  });
  return {
    lines: results.map(({ name, size, limit }) => `${name} ${kilobytes(size)} of ${kilobytes(limit)} kB`),
    exceeded: results.some(({ size, limit }) => size > limit),
  };
}

/**
 * @param {number} bytes
 * @returns {string}
 */
function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
