import { describe, expect, it } from 'vitest';
import { pathOf, routeOf } from './route.ts';

describe('the route', () => {
  it.each([
    ['/', { page: 'welcome' }],
    ['//', { page: 'welcome' }],
    ['/Tea%20Time', { page: 'room', room: 'teatime' }],
    ['/tea/', { page: 'room', room: 'tea' }],
    ['/t%C3%A9', { page: 'room', room: 'té' }],
    ['/login', { page: 'login' }],
    ['/account/', { page: 'account' }],
    ['/login/a', { page: 'invalid' }],
    ['/a/b', { page: 'invalid' }],
    ['/%20', { page: 'invalid' }],
    ['/ws', { page: 'invalid' }],
  ])('of %s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('leads back from the path of a room', () => {
    for (const room of ['tea', 'grüße', '会议', 'a-b.c_d~e'])
      expect(routeOf(pathOf(room))).toEqual({ page: 'room', room });
  });
});
