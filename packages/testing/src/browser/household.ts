import type { Computer, Home } from '../network/network.ts';
import type { Browser } from 'playwright-core';
import { launchBrowser, type Persona } from './browser.ts';
import { attend, type Attendee } from './meeting.ts';

/** A computer with a browser, and the home it is in. */
export interface Household {
  readonly home: Home;
  readonly computer: Computer;
  readonly browser: Browser;
}

/** Somebody in a room by such a browser. */
export interface Guest extends Attendee, Household {}

/** @param origin the server's, which this browser trusts */
export async function moveIn(home: Home, origin: string): Promise<Household> {
  const computer = await home.computer();
  return { home, computer, browser: await launchBrowser({ at: { computer, origin } }) };
}

/** As `attend`. */
export async function visit(household: Household, room: string, who: Persona): Promise<Guest> {
  return { ...household, ...(await attend(household.browser, room, who)) };
}
