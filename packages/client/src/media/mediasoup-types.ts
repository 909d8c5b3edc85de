import type * as mediasoup from 'mediasoup-client/types';
import * as z from 'zod/mini';

/**
 * The protocol's objects as mediasoup-client types them. They have the same shape, since the protocol's follow mediasoup's; what differs is that a
 * schema's optional property may, by its type, be `undefined`, which nothing that was parsed from JSON ever is.
 */
export const toMediasoup = {
  rtpCapabilities: (value: object) => z.custom<mediasoup.RtpCapabilities>().parse(value),
  rtpParameters: (value: object) => z.custom<mediasoup.RtpParameters>().parse(value),
  transport: (value: object) => z.custom<mediasoup.TransportOptions>().parse(value),
  iceParameters: (value: object) => z.custom<mediasoup.IceParameters>().parse(value),
} as const;
