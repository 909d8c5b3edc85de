import { describe, expect, it } from 'vitest';
import { credentialsIn, forgetCredentials, takeCredentials } from './credentials.ts';

const HOST = 'https://meet.example.org';

/** A tab: what it remembers, and what its address bar shows. */
function openTab(path: string, values = new Map<string, string>()) {
  const bar = {
    href: `${HOST}${path}`,
    replace(href: string) {
      bar.href = href;
    },
  };
  const storage = () => ({
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  });
  return { bar, storage, values };
}

describe('credentials in an address', () => {
  it.each([
    ['/tea', {}, '/tea'],
    ['/tea?jwt=a.b.c', { jwt: 'a.b.c' }, '/tea'],
    ['/tea#jwt=a.b.c', { jwt: 'a.b.c' }, '/tea'],
    ['/tea#jwt="a.b.c"', { jwt: 'a.b.c' }, '/tea'],
    ['/tea#jwt=%22a.b.c%22', { jwt: 'a.b.c' }, '/tea'],
    ['/tea?jwt=a.b.c#jwt=d.e.f', { jwt: 'a.b.c' }, '/tea'],
    ['/tea?invitation=s3cret', { invitation: 's3cret' }, '/tea'],
    ['/tea?lang=de&invitation=s3cret&x=1', { invitation: 's3cret' }, '/tea?lang=de&x=1'],
    [
      '/tea?invitation=s&jwt=a.b.c#config.startWithAudioMuted=true&userInfo.displayName="Ann%20Lee"',
      { jwt: 'a.b.c', invitation: 's' },
      '/tea#config.startWithAudioMuted=true&userInfo.displayName="Ann%20Lee"',
    ],
    ['/tea#invitation=s', {}, '/tea#invitation=s'],
    ['/tea?jwt=', {}, '/tea'],
    [`/tea?jwt=${'x'.repeat(5_000)}`, {}, '/tea'],
    ['/tea?jwt=%E0%A4%A', { jwt: '%E0%A4%A' }, '/tea'],
    ['/tea?myjwt=1', {}, '/tea?myjwt=1'],
  ])('of %s are taken out of it', (path, expected, rest) => {
    expect(credentialsIn(`${HOST}${path}`)).toEqual({
      jwt: undefined,
      invitation: undefined,
      ...expected,
      href: `${HOST}${rest}`,
    });
  });
});

describe('a tab', () => {
  it('knows the credentials of its room after a reload, which the address bar shows no more', () => {
    const { bar, storage } = openTab('/tea?invitation=s3cret#jwt=a.b.c');
    const found = { jwt: 'a.b.c', invitation: 's3cret' };
    expect(takeCredentials('tea', bar, storage)).toEqual(found);
    expect(bar.href).toBe(`${HOST}/tea`);
    expect(takeCredentials('tea', bar, storage)).toEqual(found);
  });

  it('gives them to no other room, and takes those of a newer link', () => {
    const { bar, storage, values } = openTab('/tea?jwt=a.b.c');
    takeCredentials('tea', bar, storage);
    expect(takeCredentials('coffee', openTab('/coffee').bar, storage)).toEqual({});
    const { bar: newer } = openTab('/tea?invitation=s3cret', values);
    expect(takeCredentials('tea', newer, storage)).toEqual({ invitation: 's3cret' });
  });

  it('forgets them when it is told to', () => {
    const { bar, storage } = openTab('/tea?invitation=s3cret');
    takeCredentials('tea', bar, storage);
    forgetCredentials('tea', storage);
    expect(takeCredentials('tea', bar, storage)).toEqual({});
  });
});
