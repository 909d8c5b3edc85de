import { expect, test } from 'vitest';
import { aptConfiguration, sourceRepositories } from './libsrtp.ts';

const BOOKWORM = { id: 'debian', version: '12', codename: 'bookworm' };

const TARGETS = `http://deb.debian.org/debian/ bookworm main
http://deb.debian.org/debian/ bookworm main
http://deb.debian.org/debian-security/ bookworm-security main
https://packages.example.com/apt/ cloud-sdk-bookworm main
https://deb.nodesource.com/node_20.x/ nodistro main

`;

test('sources come from the distribution’s own repositories, each once, and from no third party', () => {
  expect(sourceRepositories(TARGETS, BOOKWORM, '/keys.gpg')).toEqual([
    'deb-src [signed-by=/keys.gpg] http://deb.debian.org/debian/ bookworm main',
    'deb-src [signed-by=/keys.gpg] http://deb.debian.org/debian-security/ bookworm-security main',
  ]);
});

test('without a keyring apt’s own trust decides, and signatures are still required', () => {
  expect(sourceRepositories(TARGETS, BOOKWORM, undefined)[0]).toBe(
    'deb-src http://deb.debian.org/debian/ bookworm main',
  );
});

test('a distribution without a code name has no source repositories', () => {
  expect(sourceRepositories(TARGETS, { ...BOOKWORM, codename: '' }, undefined)).toEqual([]);
});

test('the private configuration keeps the machine’s proxy and none of its lists, caches or hooks', () => {
  const text = aptConfiguration(
    '/tmp/a b',
    'Acquire "";\nAcquire::http::Proxy "http://proxy:3128";\nAPT::Update::Post-Invoke:: "rm x";\n',
  );
  const lines = text.split('\n');
  expect(lines).toContain('Dir::State::Lists "/tmp/a b/lists";');
  expect(lines).toContain('Dir::Cache "/tmp/a b/cache";');
  expect(lines).toContain('Dir::Etc::SourceParts "/dev/null";');
  expect(lines).toContain('Dir::Etc::Parts "/dev/null";');
  expect(lines).toContain('Acquire::http::Proxy "http://proxy:3128";');
  expect(text).not.toContain('Post-Invoke');
});
