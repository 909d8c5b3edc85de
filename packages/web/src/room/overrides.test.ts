import { describe, expect, it, vi } from 'vitest';
import { parseOverrides, type Overrides } from './overrides.ts';

const DEFAULTS: Overrides = {
  prejoin: true,
  displayName: undefined,
  startWithAudioMuted: false,
  startWithVideoMuted: false,
  resolution: undefined,
  lastN: undefined,
};

describe('overrides in the address', () => {
  it.each([
    ['', {}],
    ['#', {}],
    ['#config.prejoinConfig.enabled=false', { prejoin: false }],
    ['#config.prejoinPageEnabled=false', { prejoin: false }],
    ['#userInfo.displayName="Ann"', { displayName: 'Ann' }],
    ['#userInfo.displayName=%22Ann%20Lee%22', { displayName: 'Ann Lee' }],
    ['#userInfo.displayName=Ann', { displayName: 'Ann' }],
    ['#userInfo.displayName=\u201cAnn\u201d', { displayName: 'Ann' }],
    ['#userInfo.displayName=007', { displayName: '007' }],
    ['#userInfo.displayName=42', { displayName: '42' }],
    ['#userInfo.displayName="a%26b=c"', { displayName: 'a&b=c' }],
    ['#userInfo.displayName=100%', { displayName: '100%' }],
    [
      '#config.startWithAudioMuted=true&config.startWithVideoMuted=true',
      { startWithAudioMuted: true, startWithVideoMuted: true },
    ],
    ['#config.resolution=360', { resolution: 360 }],
    ['#config.channelLastN=5', { lastN: 5 }],
    ['#config.channelLastN=-1', { lastN: -1 }],
    [
      '#config.prejoinConfig.enabled=false&userInfo.displayName="Ann"&config.resolution=180',
      { prejoin: false, displayName: 'Ann', resolution: 180 },
    ],
  ])('%s is understood', (fragment, expected) => {
    const ignored = vi.fn<(key: string) => void>();
    expect(parseOverrides(fragment, ignored)).toEqual({ ...DEFAULTS, ...expected });
    expect(ignored).not.toHaveBeenCalled();
  });

  it.each([
    ['#config.unknown=1', 'config.unknown'],
    ['#config.resolution=20', 'config.resolution'],
    ['#config.channelLastN=-2', 'config.channelLastN'],
    ['#config.resolution="360"', 'config.resolution'],
    ['#config.resolution=1e9', 'config.resolution'],
    ['#config.startWithAudioMuted=yes', 'config.startWithAudioMuted'],
    ['#userInfo.displayName={"a":1}', 'userInfo.displayName'],
    ['#userInfo.displayName=null', 'userInfo.displayName'],
    ['#__proto__=1', '__proto__'],
    ['#constructor=1', 'constructor'],
    ['#toString=1', 'toString'],
  ])('%s changes nothing and is told', (fragment, key) => {
    const ignored = vi.fn<(key: string) => void>();
    expect(parseOverrides(fragment, ignored)).toEqual(DEFAULTS);
    expect(ignored.mock.calls).toEqual([[key]]);
  });

  it('cuts a name to its limit', () => {
    expect(parseOverrides(`#userInfo.displayName=${'x'.repeat(200)}`).displayName).toHaveLength(50);
  });

  it('survives a fragment that is far too long', () => {
    expect(parseOverrides('&='.repeat(1_000_000), () => {})).toEqual(DEFAULTS);
  });
});
