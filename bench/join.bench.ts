/**
 * How long it takes from the click on "Join meeting" to the first remote picture, in Chromium over loopback.
 *
 * `npm run bench -- join [rounds]`. Prints every round's milliseconds, then minimum, median, p95 and maximum; the aim is a median under 700.
 */
import { cpus } from 'node:os';
import { attend, contextOf, launchBrowser, openPage, persona, startServer } from '@treff/testing/browser';
import { quantile, spread } from './lib/spread.ts';

const AIM_MS = 700;
const rounds = Number(process.argv[2] ?? 20);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) throw new RangeError('rounds: 1 to 1000');

const server = await startServer();
const browser = await launchBrowser();
const times: number[] = [];
try {
  const room = `${server.origin}/bench`;
  await attend(browser, room, persona(0));
  for (let round = 1; round <= rounds; round++) {
    times.push(await timeOfJoin(room));
    console.log(`round ${String(round).padStart(3)}: ${times.at(-1)?.toFixed(0)} ms`);
  }
} finally {
  await browser.close();
  await server.stop();
}

console.log(`\n${cpus().length} cores, ${cpus()[0]?.model}; browser, server and both people on them`);
console.log(`click to first remote frame, ms: min ${Math.min(...times).toFixed(0)}, ${spread(times)}`);
console.log(`median / aim of ${AIM_MS} ms: ${(quantile(times, 0.5) / AIM_MS).toFixed(2)}`);

/** Both ends of the measurement are on the page's own clock. */
async function timeOfJoin(room: string): Promise<number> {
  const context = await contextOf(browser, persona(1));
  try {
    const page = await openPage(context, room, []);
    const button = page.getByRole('button', { name: 'Join meeting' });
    await button.waitFor();
    await page.evaluate(() => {
      addEventListener('click', () => performance.mark('clicked'), { capture: true, once: true });
      new MutationObserver(() => {
        for (const video of document.querySelectorAll<HTMLVideoElement>(
          '[data-participant-id]:not([data-local]) video:not([data-timed])',
        )) {
          video.dataset['timed'] = '';
          video.requestVideoFrameCallback(() => performance.mark('seen'));
        }
      }).observe(document, { childList: true, subtree: true });
    });
    await button.click();
    await page.waitForFunction(() => performance.getEntriesByName('seen').length > 0);
    return await page.evaluate(() => performance.measure('join', 'clicked', 'seen').duration);
  } finally {
    await context.close();
  }
}
