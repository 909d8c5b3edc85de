import * as z from 'zod/mini';

/** The video codecs of this house, by the names in their MIME types. */
export const VIDEO_CODECS = ['VP8', 'VP9', 'H264', 'AV1'] as const;

export const videoCodec = z.enum(VIDEO_CODECS);
export type VideoCodec = z.infer<typeof videoCodec>;

const inOrder = z.array(videoCodec).check(z.maxLength(VIDEO_CODECS.length));

/**
 * What everybody in a conference decodes, what is best first: for cameras, and for screens, whose text asks for something else. Who sends takes the first that
 * their browser encodes.
 */
export const agreedCodecs = z.object({ camera: inOrder, screen: inOrder });
export type AgreedCodecs = z.infer<typeof agreedCodecs>;

/** The codec of a MIME type such as `video/VP8`, whatever its case; undefined of all others. */
export function videoCodecOf(mimeType: string): VideoCodec | undefined {
  const lower = mimeType.toLowerCase();
  return VIDEO_CODECS.find((codec) => lower === `video/${codec.toLowerCase()}`);
}
