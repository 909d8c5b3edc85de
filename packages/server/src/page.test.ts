import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, readPagePath, renderPage } from './page.ts';

describe('readPagePath', () => {
  it('knows the welcome page and normalised rooms', () => {
    expect(readPagePath('/')).toEqual({ type: 'page' });
    expect(readPagePath('/team-meeting')).toEqual({ type: 'page' });
    expect(readPagePath('/gr%C3%B6%C3%9Fe')).toEqual({ type: 'page' });
  });

  it.each(['/login', '/account'])('knows the page at %s', (path) => {
    expect(readPagePath(path)).toEqual({ type: 'page' });
    expect(readPagePath(`${path}/`)).toEqual({ type: 'redirect', to: path });
    expect(readPagePath(`${path}/x`)).toEqual({ type: 'none' });
  });

  it.each([
    ['/MyRoom', '/myroom'],
    ['/my%20room', '/myroom'],
    ['/room/', '/room'],
    ['/gr%c3%b6%c3%9fe', '/gr%C3%B6%C3%9Fe'],
    ['/größe', '/gr%C3%B6%C3%9Fe'],
    ['/%E0%A4%A', '/e0a4a'],
  ])('sends %s to %s', (path, to) => {
    expect(readPagePath(path)).toEqual({ type: 'redirect', to });
  });

  it.each([
    '/about',
    '/API',
    '/ws',
    '/favicon.ico',
    '/a/b',
    '//evil.example',
    '/%2F%2F',
    '/..',
    '/assets/nothing.js',
  ])('finds no page at %s', (path) => {
    expect(readPagePath(path)).toEqual({ type: 'none' });
  });

  it('sends everybody to a page of this server, in one step', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webPath()), (path) => {
        const found = readPagePath(`/${path}`);
        if (found.type !== 'redirect') return;
        expect(readPagePath(found.to)).toEqual({ type: 'page' });
        expect(new URL(found.to, 'http://here.example').host).toBe('here.example');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the policy of a page', () => {
  it('lets nothing run that is not its own, and connect only to where it came from', () => {
    const policy = contentSecurityPolicy('abc', 'meet.example.org:8443');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self' 'nonce-abc';");
    expect(policy).toContain("connect-src 'self' ws://meet.example.org:8443 wss://meet.example.org:8443;");
    expect(policy).not.toContain('unsafe');
  });

  it.each([undefined, "x; script-src 'unsafe-inline'", 'a b', 'a,b', ''])(
    'leaves out a host that is none: %s',
    (host) => {
      expect(contentSecurityPolicy('abc', host)).toContain("connect-src 'self';");
    },
  );

  it('is met by the nonce in the page', () => {
    expect(renderPage('<meta nonce="__CSP_NONCE__"><x y="__CSP_NONCE__">', 'abc')).toBe(
      '<meta nonce="abc"><x y="abc">',
    );
  });
});
