import { USUAL_SETTINGS } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import type { Fetch } from './request.ts';
import { createRoomsApi } from './rooms.ts';
import { createSessionApi } from './session.ts';

/** Answers every request alike and keeps what was asked. */
function fakeFetch(status: number, content: unknown) {
  const asked: { method: string | undefined; path: string; body: unknown }[] = [];
  const fetch: Fetch = async (path, { method, body }) => {
    asked.push({ method, path, body: typeof body === 'string' ? JSON.parse(body) : body });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return new Response(status === 204 ? null : text, { status });
  };
  return { fetch, asked };
}

const SESSION = {
  account: { id: 'account:ann', name: 'ann', displayName: 'Ann' },
  signIn: { password: true, oidc: null },
  displayName: 'optional',
  mayReserveRooms: true,
};

describe('the session', () => {
  it('is what the server says', async () => {
    const { fetch, asked } = fakeFetch(200, SESSION);
    expect(await createSessionApi(fetch).read()).toEqual({ ok: true, value: SESSION });
    expect(asked).toEqual([{ method: 'GET', path: '/api/session', body: undefined }]);
  });

  it.each([
    ['an older server', 404, { status: 404 }],
    ['something that answers with a page', 200, '<!doctype html>'],
    ['another answer', 200, { account: 'ann' }],
    ['an empty answer', 200, ''],
  ])('of %s is a refusal', async (_what, status, content) => {
    const { fetch } = fakeFetch(status, content);
    expect(await createSessionApi(fetch).read()).toEqual({
      ok: false,
      code: 'server/internal',
      status,
      retryAfterMs: undefined,
    });
  });

  it('is a refusal when nobody answers, too', async () => {
    const api = createSessionApi(async () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await api.read()).toMatchObject({ ok: false, code: 'network/unreachable', status: 0 });
  });
});

describe('signing in', () => {
  it('sends name and password, and needs no content back', async () => {
    const { fetch, asked } = fakeFetch(204, '');
    expect(await createSessionApi(fetch).signIn('ann', 'secret')).toEqual({ ok: true, value: undefined });
    expect(asked).toEqual([
      { method: 'POST', path: '/api/login', body: { name: 'ann', password: 'secret' } },
    ]);
  });

  it('is refused with a code and the time to wait', async () => {
    const { fetch } = fakeFetch(429, { code: 'auth/too-many-attempts', retryAfterMs: 30_000 });
    expect(await createSessionApi(fetch).signIn('ann', 'secret')).toEqual({
      ok: false,
      code: 'auth/too-many-attempts',
      status: 429,
      retryAfterMs: 30_000,
    });
  });

  it('ends with signing out, and says where to go', async () => {
    const { fetch } = fakeFetch(200, { redirect: 'https://id.example.org/end' });
    expect(await createSessionApi(fetch).signOut()).toEqual({
      ok: true,
      value: { redirect: 'https://id.example.org/end' },
    });
  });
});

describe('the rooms', () => {
  const room = { room: 'grüße', settings: { ...USUAL_SETTINGS, notBefore: 5 }, hasPassword: true };

  it('are listed', async () => {
    const { fetch } = fakeFetch(200, { rooms: [room] });
    expect(await createRoomsApi(fetch).list()).toEqual({ ok: true, value: [room] });
  });

  it('are named in the path, whatever their script', async () => {
    const { fetch, asked } = fakeFetch(204, '');
    const api = createRoomsApi(fetch);
    await api.put('grüße', { settings: USUAL_SETTINGS, password: null });
    await api.release('grüße');
    await api.revoke('grüße', 'a/b');
    expect(asked).toEqual([
      {
        method: 'PUT',
        path: '/api/rooms/gr%C3%BC%C3%9Fe',
        body: { settings: USUAL_SETTINGS, password: null },
      },
      { method: 'DELETE', path: '/api/rooms/gr%C3%BC%C3%9Fe', body: undefined },
      { method: 'DELETE', path: '/api/rooms/gr%C3%BC%C3%9Fe/invitations/a%2Fb', body: undefined },
    ]);
  });

  it('of others are refused', async () => {
    const { fetch } = fakeFetch(409, { code: 'room/taken' });
    expect(await createRoomsApi(fetch).put('tea', { settings: USUAL_SETTINGS })).toMatchObject({
      ok: false,
      code: 'room/taken',
      status: 409,
    });
  });

  it('have invitations, whose link is told once', async () => {
    const { fetch, asked } = fakeFetch(201, { id: 'i1', path: '/tea?invitation=s3cret' });
    expect(await createRoomsApi(fetch).invite('tea', { role: 'moderator', expiresAt: 7 })).toEqual({
      ok: true,
      value: { id: 'i1', path: '/tea?invitation=s3cret' },
    });
    expect(asked[0]?.body).toEqual({ role: 'moderator', expiresAt: 7 });
    const listed = { id: 'i1', role: 'moderator', expiresAt: 7, createdAt: 3 };
    expect(
      await createRoomsApi(fakeFetch(200, { invitations: [listed] }).fetch).listInvitations('tea'),
    ).toEqual({ ok: true, value: [listed] });
  });

  it('never believe a link that leads elsewhere', async () => {
    const { fetch } = fakeFetch(201, { id: 'i1', path: 'https://evil.example/' });
    expect((await createRoomsApi(fetch).invite('tea', { role: 'participant', expiresAt: 7 })).ok).toBe(false);
  });
});
