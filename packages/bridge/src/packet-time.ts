import type { RtpParameters } from '@treff/protocol';

/** Milliseconds of sound in a packet. Opus knows longer ones too, which nobody sends who talks with somebody. */
export const PACKET_TIMES = [20, 40, 60] as const;
export type PacketTime = (typeof PACKET_TIMES)[number];

/** What a sound's parameters say of its packets, as browsers do: 20 unless something longer is said, then the next one that is at least as long, or the longest. */
export function packetTimeOf({ codecs }: Pick<RtpParameters, 'codecs'>): PacketTime {
  const said = Number(codecs[0]?.parameters?.['ptime'] ?? 20);
  // What is no number is no packet time either.
  if (!(said > 20)) return 20;
  return PACKET_TIMES.find((time) => time >= said) ?? 60;
}
