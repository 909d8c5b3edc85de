/**
 * What every source file imports, held against the arrows and against the package's own manifest. The linter sees
 * each arrow too; this check resolves relative paths and knows what package.json declares, which no linter here does.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { allowedWorkspaces, isTest, OWNED_PACKAGES, zoneOf } from './arrows.mjs';
import { root, workspaces } from './root.mjs';

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 *
 * @typedef {object} Imported
 * @property {string} specifier
 * @property {boolean} typeOnly  erased before it runs
 */

/**
 * Every import of every workspace that no arrow or manifest allows.
 *
 * @returns {{files: number, problems: string[]}}
 */
export function checkImports() {
  const shared = manifestOf('.');
  let files = 0;
  const problems = workspaces().flatMap((workspace) => {
    const manifest = manifestOf(workspace);
    return globSync(`${workspace}/**/*.{ts,tsx}`, {
      cwd: root,
      exclude: ['**/node_modules/**', '**/dist/**'],
    })
      .toSorted()
      .flatMap((file) => {
        files += 1;
        return importsOf(file, readFileSync(join(root, file), 'utf8')).flatMap(
          (imported) => refusal({ file, workspace, manifest, shared }, imported) ?? [],
        );
      });
  });
  return { files, problems };
}

/**
 * @param {string} file  its name decides how it is parsed
 * @param {string} text
 * @returns {Imported[]} static, dynamic and re-exporting ones; a dynamic import of a computed name is not seen
 */
export function importsOf(file, text) {
  const { module } = parseSync(file, text);
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
  }));
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [{ specifier: moduleRequest.value, typeOnly: isType }],
    ),
  );
  const dynamics = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const literal = /^(['"`])([^$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    return literal?.[2] === undefined ? [] : [{ specifier: literal[2], typeOnly: false }];
  });
  return [...statics, ...exports, ...dynamics];
}

/**
 * @param {{file: string, workspace: string, manifest: Manifest, shared: Manifest}} from
 * @param {Imported} imported
 * @returns {string | undefined} why the import may not be, or undefined if it may
 */
export function refusal({ file, workspace, manifest, shared }, { specifier, typeOnly }) {
  const zone = zoneOf(file);
  if (zone === undefined) return undefined;
  const say = (/** @type {string} */ why) => `${file}: '${specifier}' ${why}`;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ''));
    if (!target.startsWith(`${workspace}/`)) return say(`leaves ${workspace}; import the package`);
    if (zone.sealed === true && !isTest(file) && !target.startsWith(`${zone.path}/`))
      return say(`leaves ${zone.path}, which stands alone`);
    return undefined;
  }
  if (specifier.startsWith('virtual:')) return undefined;
  const test = isTest(file);
  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    if (zone.browser === true && !test) return say(`is Node's, and ${zone.path} runs in a browser`);
    return undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  // A test may use its own package as others do.
  if (test && name === manifest.name) return undefined;
  if (name.startsWith('@treff/')) {
    const wanted = specifier.slice('@treff/'.length);
    const allowed = allowedWorkspaces(zone, test);
    if (!allowed.some((one) => wanted === one || wanted.startsWith(`${one}/`))) {
      return say(`has no arrow: ${zone.path} may import ${allowed.join(', ') || 'no other package'}`);
    }
  }
  const owners = OWNED_PACKAGES[name];
  if (owners !== undefined && !owners.some((owner) => file.startsWith(`${owner}/`))) {
    return say(`belongs to ${owners.join(', ')}`);
  }
  if (zone.closed === true && !test) return say(`is a dependency, and ${zone.path} has none`);
  return isDeclared(name, { manifest, shared, erasedOrTest: typeOnly || test || isConfig(file) })
    ? undefined
    : say(`is not declared in ${workspace}/package.json`);
}

/**
 * What runs for users must be a dependency; what is erased, tests or configures may be one for development, and the
 * tools of all tests are declared once, at the root.
 *
 * @param {string} name
 * @param {{manifest: Manifest, shared: Manifest, erasedOrTest: boolean}} where
 * @returns {boolean}
 */
function isDeclared(name, { manifest, shared, erasedOrTest }) {
  if (manifest.dependencies?.[name] !== undefined) return true;
  if (!erasedOrTest) return false;
  const types = `@types/${name}`;
  return [name, types].some(
    (one) => manifest.devDependencies?.[one] !== undefined || shared.devDependencies?.[one] !== undefined,
  );
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isConfig(file) {
  return /\/[a-z]+\.config\.ts$/.test(file);
}

/**
 * @param {string} folder
 * @returns {Manifest}
 */
function manifestOf(folder) {
  const path = join(root, folder, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { name: folder };
}
