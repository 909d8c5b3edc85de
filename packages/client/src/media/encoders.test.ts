import type { VideoCodec } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { chooseCodec, probeScales, type EncoderProbe } from './encoders.ts';

const encoders = (encodes: readonly VideoCodec[], scales: readonly VideoCodec[]) => ({
  encodes: new Set(encodes),
  scales: new Set(scales),
});
const chromium = encoders(['VP8', 'VP9', 'H264', 'AV1'], ['VP9', 'AV1']);
const firefox = encoders(['VP8', 'VP9', 'H264'], []);

describe('what a source is encoded in', () => {
  test.each<[string, 'camera' | 'screen', VideoCodec[], typeof chromium, VideoCodec | undefined]>([
    ['the first that everybody decodes', 'camera', ['VP9', 'VP8'], chromium, 'VP9'],
    ['for a camera one that has layers here', 'camera', ['VP9', 'VP8'], firefox, 'VP8'],
    ['for a screen, which needs none, the first', 'screen', ['VP9', 'VP8'], firefox, 'VP9'],
    ['something without layers rather than what somebody can’t decode', 'camera', ['VP9'], firefox, 'VP9'],
    ['never what this browser can’t encode', 'screen', ['AV1', 'VP8'], firefox, 'VP8'],
    ['nothing that was agreed on, where it encodes none of that', 'camera', ['AV1'], firefox, undefined],
  ])('is %s', (_title, kind, agreed, browser, expected) => {
    expect(chooseCodec(kind, agreed, browser)).toBe(expected);
  });
});

describe('layers of one stream', () => {
  const browser = (efficient: readonly string[], isMobile: boolean): EncoderProbe => ({
    isMobile,
    mediaCapabilities: {
      async encodingInfo({ video }) {
        const codec = video?.contentType.slice(6) ?? '';
        if (codec === 'AV1') throw new TypeError('unknown');
        return { supported: true, smooth: true, powerEfficient: efficient.includes(codec) };
      },
    },
  });

  test('are used where the browser says that it has them, and nowhere else', async () => {
    expect(await probeScales(browser([], false))).toEqual(new Set(['VP9']));
    expect(await probeScales({ mediaCapabilities: undefined, isMobile: false })).toEqual(new Set());
  });

  test('are used on phones only if their hardware makes them', async () => {
    expect(await probeScales(browser([], true))).toEqual(new Set());
    expect(await probeScales(browser(['VP9'], true))).toEqual(new Set(['VP9']));
  });
});
