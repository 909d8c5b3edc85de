import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allMeet,
  isInside,
  join,
  openPage,
  setStage,
  until,
  type Attendee,
  type Locator,
  type Visitor,
} from '@treff/testing/browser';
import { startOidcProvider } from '@treff/testing/oidc';

const JWT_SECRET = 'only-tests-know-this-of-32-bytes';
/** The name that others see of the only account, and its password. */
const ACCOUNT = 'Ann of the House';
const PASSWORD = 'correct horse';

const provider = await startOidcProvider();
const stage = setStage({
  environment: {
    SECURE_DOMAIN: 'on',
    ENABLE_ACCOUNTS: 'on',
    JWT_APP_SECRET: JWT_SECRET,
    JWT_APP_ID: 'school',
    ...provider.environment(),
    OIDC_LABEL: 'Our School',
    OIDC_MODERATOR_CLAIM: 'realm_access.roles=moderator',
  },
});

beforeAll(async () => {
  provider.allow(stage.server.origin);
  await stage.server.treff(['user', 'add', 'ann', '--name', ACCOUNT], `${PASSWORD}\n`);
});
afterAll(() => provider.stop());

async function hasFocus(element: Locator): Promise<void> {
  await element.waitFor();
  await until(() => element.evaluate((it) => it === document.activeElement), 'the focus to be there', 5_000);
}

/** From the prejoin page, where the name is not for them to choose, into the meeting. */
async function enterAs(visitor: Visitor, label: string, name: string): Promise<Attendee> {
  const field = visitor.page.getByRole('textbox', { name: label });
  await until(async () => (await field.inputValue()) === name, `the name ${name}`, 10_000);
  expect(await field.isEditable()).toBe(false);
  await visitor.page.getByRole('button', { name: 'Join meeting' }).click();
  return isInside(visitor);
}

/** Waits until the person sees `name` among the participants, as a moderator or as none. */
async function seesPerson({ page }: Attendee, name: string, moderates: boolean): Promise<void> {
  const panel = page.getByRole('complementary');
  if ((await panel.count()) === 0) await page.getByRole('button', { name: 'Open participants' }).click();
  const entry = panel.getByRole('listitem').filter({ hasText: name });
  await until(
    async () => {
      const texts = await entry.allInnerTexts();
      return texts.length === 1 && texts.every((text) => text.includes('Moderator') === moderates);
    },
    `${name} to be ${moderates ? 'a moderator' : 'no moderator'}`,
    10_000,
  );
}

function tokenFor(room: string, name: string, moderator: boolean, expires = '1h'): Promise<string> {
  return new SignJWT({ room, context: { user: { id: name, name, moderator } } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('school')
    .setAudience('school')
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(JWT_SECRET));
}

test('a guest waits until the host has signed in, and then comes in without doing anything', async () => {
  const guest = await stage.approach('domain', 1);
  const waiting = guest.page.getByRole('heading', { name: 'Waiting for the host' });
  await waiting.waitFor();
  await guest.page.getByRole('button', { name: 'Leave' }).click();
  await guest.page.getByRole('heading', { name: 'You are not waiting any more' }).waitFor();
  await guest.page.getByRole('button', { name: 'Try again' }).click();
  await waiting.waitFor();

  // The host needs no mouse for it: the focus is where one goes on.
  const visitor = await stage.approach('domain', 0);
  const { page, problems } = visitor;
  await hasFocus(page.getByRole('heading', { name: 'Waiting for the host' }));
  await page.keyboard.press('Tab');
  await hasFocus(page.getByRole('link', { name: 'I am the host' }));
  await page.keyboard.press('Enter');
  await hasFocus(page.getByRole('textbox', { name: 'User name' }));
  await page.keyboard.type('ann');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong horse');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText("User name and password don't fit together.").waitFor();
  // The browser itself reports the refused request.
  expect(problems.splice(0)).toEqual([expect.stringContaining('401')]);
  // What was wrong is marked, and the next try takes its place.
  await hasFocus(page.getByRole('textbox', { name: 'Password' }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  const host = await enterAs(visitor, 'Signed in as', ACCOUNT);
  const ben = await isInside(guest);
  await allMeet([host, ben]);
  await seesPerson(ben, ACCOUNT, true);
  await seesPerson(ben, ben.who.name, false);
});

test('at an OpenID provider one gets a name and a role, comes back to where one was, and signs out at both', async () => {
  const token = await tokenFor('seminar', 'Ben', false);
  const ben = await enterAs(await stage.visit(`seminar#jwt=${token}`, 1), 'Your name', 'Ben');
  const visitor = await stage.visit('seminar', 0);
  const { page } = visitor;
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Sign in with Our School' }).click();
  const { login, password } = provider.person;
  await page.getByRole('textbox', { name: 'Name' }).fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${stage.server.origin}/seminar`);
  const ann = await enterAs(visitor, 'Signed in as', 'Ann Lee');
  await allMeet([ann, ben]);
  await seesPerson(ben, 'Ann Lee', true);

  await page.goto(stage.server.origin);
  await page.getByRole('button', { name: 'Signed in as Ann Lee' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${stage.server.origin}/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  // The provider does not know them any more, either: it asks.
  await page.getByRole('link', { name: 'Sign in with Our School' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('alert').getByText('You are not signed in').waitFor();
});

test('an invitation leads past the lobby of a room that is somebody’s, until it is taken back', async () => {
  const desk = await stage.visit('club', 0);
  await desk.page.goto(`${stage.server.origin}/account`);
  await desk.page.getByRole('textbox', { name: 'User name' }).fill('ann');
  await desk.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await desk.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await desk.page.getByRole('textbox', { name: 'Room name' }).fill('Club');
  await desk.page.getByRole('button', { name: 'Reserve room' }).click();
  await desk.page.getByRole('button', { name: 'Settings of club' }).click();
  await desk.page.getByRole('checkbox', { name: 'Lobby from the start' }).check();
  await desk.page.getByRole('button', { name: 'Save' }).click();
  await desk.page.getByText('The settings of club are saved.').waitFor();
  await desk.page.getByRole('button', { name: 'Invitations to club' }).click();
  await desk.page.getByRole('button', { name: 'Create link' }).click();
  const made = desk.page.getByRole('group', { name: 'Your invitation link' });
  const [link = ''] = /\/club\?invitation=\S+/.exec(await made.innerText()) ?? [];

  const page = await openPage(desk.context, `${stage.server.origin}/club`, desk.problems);
  const owner = await enterAs({ ...desk, page }, 'Signed in as', ACCOUNT);
  const ben = await isInside(await stage.approach(link.slice(1), 1));
  expect(ben.page.url()).toBe(`${stage.server.origin}/club`);
  const stranger = await stage.approach('club', 2);
  await stranger.page.getByRole('button', { name: 'Ask to join' }).click();
  await owner.page.getByRole('button', { name: `Admit ${stranger.who.name}` }).waitFor();
  await allMeet([owner, ben]);
  await owner.page.getByRole('button', { name: `Admit ${stranger.who.name}` }).click();
  await allMeet([owner, ben, await isInside(stranger)]);

  await desk.page.getByRole('button', { name: /^Revoke/ }).click();
  await desk.page.getByText('The invitation is revoked.').waitFor();
  const late = await stage.approach(link.slice(1), 3);
  await late.page.getByRole('heading', { name: 'This invitation is not valid' }).waitFor();
  await late.page.getByRole('button', { name: 'Go on as a guest' }).click();
  await late.page.getByRole('heading', { name: 'Ask to join this meeting' }).waitFor();
});

test('the token in a link says who comes and what they may, and one that is too old opens nothing', async () => {
  const [participant, moderator, old] = await Promise.all([
    tokenFor('lesson', 'Cem Demir', false),
    tokenFor('lesson', 'Ann Lee', true),
    tokenFor('lesson', 'Dora Lang', true, '1 hour ago'),
  ]);
  const cem = await enterAs(await stage.visit(`lesson#jwt=${participant}`, 2), 'Your name', 'Cem Demir');
  expect(cem.page.url()).toBe(`${stage.server.origin}/lesson`);
  const ann = await enterAs(await stage.visit(`lesson#jwt=${moderator}`, 0), 'Your name', 'Ann Lee');
  await allMeet([ann, cem]);
  await seesPerson(cem, 'Ann Lee', true);
  await seesPerson(ann, 'Cem Demir', false);

  const late = await stage.visit(`lesson#jwt=${old}`, 3);
  await late.page.getByRole('button', { name: 'Join meeting' }).click();
  await late.page.getByRole('heading', { name: 'This link is too old' }).waitFor();
  await late.page.getByRole('button', { name: 'Go on as a guest' }).click();
  await join(late.page, late.who.name);
  await allMeet([ann, cem, await isInside(late)]);
  await seesPerson(ann, late.who.name, false);
});
