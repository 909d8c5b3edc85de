import type { Browser, BrowserContext, Page } from 'playwright-core';
import { contextOf, openPage, persona, type Camera, type Persona } from './browser.ts';
import { hears, sees, selfOf } from './senses.ts';

/** One person in one browser context, in a meeting or before it. */
export interface Visitor {
  readonly who: Persona;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the page, its console included. */
  readonly problems: string[];
}

/** Somebody who is in a meeting. */
export interface Attendee extends Visitor {
  /** Endpoint id. */
  readonly id: string;
}

/**
 * Opens the room as a person would: prejoin page, name, click. Resolves when the own tile is there.
 *
 * `prepare` may change the browser context before any page is opened in it.
 */
export async function attend(
  browser: Browser,
  room: string,
  who: Persona = persona(0),
  camera?: Camera,
  prepare?: (context: BrowserContext) => Promise<unknown>,
): Promise<Attendee> {
  return enter(await arrive(browser, room, who, prepare, camera));
}

/** Goes in from the prejoin page where nothing keeps the visitor out. */
export async function enter(visitor: Visitor): Promise<Attendee> {
  await tryToJoin(visitor.page, visitor.who.name);
  return isInside(visitor);
}

/** Goes from the prejoin page into the meeting. */
export async function join(page: Page, name: string): Promise<void> {
  await tryToJoin(page, name);
  await page.locator('[data-local][data-participant-id]').first().waitFor({ state: 'attached' });
}

/** Asks to join from the prejoin page, whatever comes of it. */
export async function tryToJoin(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Enter your name' }).fill(name);
  await page.getByRole('button', { name: 'Join meeting' }).click();
}

/** Opens the room, and goes no further than the prejoin page. `prepare` as in {@link attend}. */
export async function arrive(
  browser: Browser,
  room: string,
  who: Persona,
  prepare?: (context: BrowserContext) => Promise<unknown>,
  camera?: Camera,
): Promise<Visitor> {
  const context = await contextOf(browser, who, camera);
  await prepare?.(context);
  const problems: string[] = [];
  const page = await openPage(context, room, problems);
  await page.getByRole('button', { name: 'Join meeting' }).waitFor();
  return { who, context, page, problems };
}

/** Waits until the door has opened. */
export async function isInside(visitor: Visitor): Promise<Attendee> {
  await visitor.page.locator('[data-local][data-participant-id]').first().waitFor({ state: 'attached' });
  return { ...visitor, id: await selfOf(visitor.page) };
}

/** Everybody sees and hears everybody else, told apart by colour and tone. */
export async function allMeet(attendees: readonly Attendee[], patienceMs?: number): Promise<void> {
  await Promise.all(
    attendees.flatMap((here) =>
      attendees
        .filter((there) => there !== here)
        .flatMap((there) => [
          sees(here.page, there.id, there.who, patienceMs),
          hears(here.page, there.id, there.who, patienceMs),
        ]),
    ),
  );
}

export async function leave({ page, context }: Attendee): Promise<void> {
  await page.getByRole('button', { name: 'Leave the meeting' }).click();
  await page.locator('[data-participant-id]').first().waitFor({ state: 'detached' });
  await context.close();
}
