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
 * before they see each other.
 */
export const LIMITS = { welcome: 130_000, call: 250_000 };

/** Where the app's code for a room lives, from prejoin to call. The welcome page loads none of it. */
const CALL_SOURCES = /^src\/(room|prejoin|call)\//;

/** Translations: a browser loads one of them. */
const LANGUAGES = /^src\/(i18n|locales)\//;

/**
 * What is loaded at once can't be told from what is loaded later by the manifest alone, so all that the entry may
 * import dynamically counts, except the call for the welcome page.
 *
 * @param {Manifest} manifest
 * @returns {{welcome: Set<string>, call: Set<string>, languages: Set<string>}} scripts; the call's include the page's
 * @throws {Error} if there is no entry or no chunk of the call: then something is measured that isn't loaded
 */
export function loadedFiles(manifest) {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true);
  if (entries.length === 0) throw new Error('the manifest has no entry');
  const call = reach(manifest, entries, () => true);
  if (![...call].some((key) => CALL_SOURCES.test(key))) {
    throw new Error('the manifest has no chunk of a room: is it imported dynamically?');
  }
  const welcome = reach(manifest, entries, (key) => !CALL_SOURCES.test(key));
  const isLanguage = (/** @type {string} */ key) => LANGUAGES.test(key) && manifest[key]?.isEntry !== true;
  const scripts = (/** @type {Iterable<string>} */ keys) =>
    new Set([...keys].map((key) => manifest[key]?.file ?? '').filter((file) => file.endsWith('.js')));
  return {
    welcome: scripts([...welcome].filter((key) => !isLanguage(key))),
    call: scripts([...call].filter((key) => !isLanguage(key))),
    languages: scripts([...call].filter(isLanguage)),
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
  const { welcome, call, languages } = loadedFiles(manifest);
  const language = Math.max(0, ...[...languages].map(sizeOf));
  const results = Object.entries({ welcome, call }).map(([name, files]) => {
    const limit = name === 'welcome' ? LIMITS.welcome : LIMITS.call;
    const size = [...files].reduce((sum, file) => sum + sizeOf(file), language);
    return { text: `${name} ${kilobytes(size)} of ${kilobytes(limit)} kB`, exceeded: size > limit };
  });
  return { lines: results.map(({ text }) => text), exceeded: results.some(({ exceeded }) => exceeded) };
}

/**
 * @param {number} bytes
 * @returns {string}
 */
function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
