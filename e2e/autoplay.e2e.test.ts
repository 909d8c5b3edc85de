import { expect, test } from 'vitest';
import {
  attend,
  contextOf,
  hears,
  launchBrowser,
  openPage,
  persona,
  startServer,
} from '@treff/testing/browser';

test('where the browser blocks sound, one click on "Click to hear" brings it', async () => {
  const server = await startServer();
  const [strict, other] = [await launchBrowser({ autoplay: false }), await launchBrowser()];
  try {
    const url = `${server.origin}/silent-film`;
    const ben = await attend(other, url, persona(1));
    // No gesture before: the prejoin page is skipped, and a page that captures may play, so nothing is captured.
    const context = await contextOf(strict, persona(0));
    // Whatever Playwright evaluates counts as a gesture, so the page has to say itself that the button is there.
    const asked = Promise.withResolvers<void>();
    await context.exposeFunction('reportBlocked', () => asked.resolve());
    await context.addInitScript(() => {
      const { reportBlocked } = globalThis as unknown as { reportBlocked(): void };
      new MutationObserver(() => {
        const buttons = [...document.querySelectorAll('button')];
        if (buttons.some((button) => button.textContent.includes('Click to hear'))) reportBlocked();
      }).observe(document, { childList: true, subtree: true });
    });
    const page = await openPage(
      context,
      `${url}#config.prejoinConfig.enabled=false&config.startWithAudioMuted=true&config.startWithVideoMuted=true`,
      [],
    );
    await asked.promise;
    const unblock = page.getByRole('button', { name: 'Click to hear' });
    await unblock.click();
    await hears(page, ben.id, ben.who);
    expect(await unblock.count()).toBe(0);
  } finally {
    await Promise.all([strict.close(), other.close()]);
    await server.stop();
  }
});
