import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const ORIGIN = 'http://localhost';

/** How the browser finds what sources import by name. */
const IMPORTS = {
  '@treff/protocol': '/packages/protocol/src/index.ts',
  'zod/mini': '/node_modules/zod/mini/index.js',
};

/**
 * A page that runs one module of the repository and what it imports: types are stripped on the way, so nothing is built and nothing served.
 *
 * @param module relative to the repository
 * @param problems gets the errors of the page
 */
export async function openModule(browser: Browser, module: string, problems: string[]): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const path = normalize(new URL(route.request().url()).pathname);
    if (path === '/') {
      const imports = JSON.stringify({ imports: IMPORTS });
      await route.fulfill({
        contentType: 'text/html',
        body: `<script type="importmap">${imports}</script><script type="module" src="/${module}"></script>`,
      });
      return;
    }
    if (!/^\/(packages|node_modules\/zod)\//.test(path)) {
      await route.fulfill({ status: 404 });
      return;
    }
    const source = await readFile(`${ROOT}${path}`, 'utf8');
    const body = extname(path) === '.ts' ? stripTypeScriptTypes(source) : source;
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.goto(`${ORIGIN}/`);
  return page;
}
