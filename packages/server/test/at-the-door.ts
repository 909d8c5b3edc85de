import { CLOSE, incarnation, participantId, type ClientMessage } from '@treff/protocol';
import { expect } from 'vitest';
import { settle, TestMeetings, type Visitor } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

/** What somebody brings to the door. */
export type Wishes = Partial<Extract<ClientMessage, { type: 'join' }>>;

/** Comes to the door, and is inside, waits, or was told why not. */
export async function come(
  meetings: TestMeetings,
  name: string,
  wishes: Wishes = {},
  who: Visitor = {},
): Promise<TestClient> {
  const client = await meetings.greeted('room', who);
  await ask(client, name, wishes);
  return client;
}

export async function ask(client: TestClient, name: string, wishes: Wishes = {}): Promise<void> {
  const { messages } = client;
  const before = messages.length;
  client.ask(name, wishes);
  await until(() => messages.length > before, 'an answer');
  await settle();
}

/** A moderator's doing, done. */
export async function rule(client: TestClient, command: Parameters<TestClient['command']>[0]): Promise<void> {
  const id = client.command(command);
  await until(() => client.results.has(id), 'a result');
  expect(client.results.get(id)).toBeUndefined();
}

export function where(client: TestClient): string {
  if (client.view !== undefined) return 'inside';
  return client.waitsFor ?? client.errors.at(-1) ?? 'nowhere';
}

/** The same rules and key, another process. `orderly`: the one before had time to say goodbye. */
export async function restarted(meetings: TestMeetings, orderly: boolean): Promise<TestMeetings> {
  if (orderly) meetings.conferences.close(CLOSE.goingAway, 'server/stopping');
  const { clock, store } = meetings;
  let ids = 0;
  const id = (digits: number) => (++ids).toString(16).padStart(digits, '0');
  const makers = {
    makeIncarnation: () => incarnation.parse(`f${id(31)}`),
    makeParticipantId: () => participantId.parse(`f${id(7)}`),
  };
  const next = new TestMeetings(makers, await store.all(), store);
  next.clock.advance(clock.now() + 1_000 - next.clock.now());
  return next;
}

/** As the real one, at less cost: for tests that hash a hundred times. */
export async function cheapHash(password: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto');
  const nonce = Buffer.alloc(16, 1);
  const tag = argon2Sync('argon2id', {
    memory: 8,
    passes: 1,
    parallelism: 1,
    nonce,
    message: password,
    tagLength: 32,
  });
  const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=8,t=1,p=1$${encode(nonce)}$${encode(tag)}`;
}
