import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allMeet,
  type Attendee,
  contextOf,
  join,
  launchBrowser,
  leave,
  openPage,
  persona,
  selfOf,
  startServer,
  type TestServer,
  type Browser,
  type BrowserContext,
} from '@treff/testing/browser';

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test('from the welcome page to the end of a call, no request and no ICE server leads to another host', async () => {
  const requests: string[] = [];
  const people: Attendee[] = [];
  for (const index of [0, 1]) {
    const who = persona(index);
    const context = await contextOf(browser, who);
    record(context, requests);
    await context.exposeFunction('reportIceServers', (urls: string[]) => requests.push(...urls));
    await context.addInitScript(() => {
      const Real = RTCPeerConnection;
      const { reportIceServers } = globalThis as unknown as { reportIceServers(urls: string[]): void };
      globalThis.RTCPeerConnection = class extends Real {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          const urls = (configuration?.iceServers ?? []).flatMap((server) => server.urls);
          reportIceServers(['rtc:created', ...urls]);
        }
      };
    });
    const problems: string[] = [];
    const page = await openPage(context, `${server.origin}/`, problems);
    await page.getByRole('textbox', { name: 'Room name' }).fill('private');
    await page.getByRole('button', { name: 'Start meeting' }).click();
    await join(page, who.name);
    people.push({ who, context, page, id: await selfOf(page), problems });
  }
  await allMeet(people);
  for (const attendee of people) await leave(attendee);

  // The recorder is at work: it saw the page, the socket and the peer connections.
  const { host } = new URL(server.origin);
  expect(requests).toContain(`${server.origin}/`);
  expect(requests).toContain(`ws://${host}/ws`);
  expect(requests).toContain('rtc:created');
  expect(requests).toContain(`stun:${host}`);
  const foreign = requests.filter((url) => {
    const { protocol, host: to, pathname } = new URL(url);
    // The address of an ICE server has no slashes.
    return !['blob:', 'data:', 'rtc:'].includes(protocol) && (to || pathname) !== host;
  });
  expect(foreign).toEqual([]);
});

function record(context: BrowserContext, requests: string[]): void {
  context.on('request', (request) => requests.push(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => requests.push(socket.url())));
}
