import { globSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** The repository, absolute. */
export const root = resolve(import.meta.dirname, '..', '..');

/**
 * A program that came with an npm package, to be run by this Node (`process.execPath`) and not by what is in PATH.
 *
 * @param {string} path  inside `node_modules`, as `oxlint/bin/oxlint`
 * @returns {string}
 */
export function tool(path) {
  return join(root, 'node_modules', path);
}

/**
 * Loads a module as a workspace would, so that the scripts need no dependencies of their own.
 *
 * @param {string} workspace  as `packages/web`
 * @param {string} specifier
 * @returns {Promise<any>}
 */
export function importFrom(workspace, specifier) {
  return import(createRequire(join(root, workspace, 'package.json')).resolve(specifier));
}

/** @returns {string[]} the folders of all workspaces, relative to the repository */
export function workspaces() {
  const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `packages/${entry.name}`);
  return [...packages, 'e2e', 'bench'];
}

/** @returns {string[]} all that the compiler is asked to check, relative to the repository */
export function projects() {
  const below = workspaces().map((workspace) => `${workspace}/**/tsconfig*.json`);
  return [
    'tsconfig.json',
    ...globSync(below, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted(),
  ];
}
