import type { ReceivedStream, RtpPacket } from '@treff/peer';
import { mediaKindOf } from '@treff/protocol';
import * as z from 'zod/mini';
import { FrameClock } from './frame-clock.ts';

const count = z.number();

/** What came of one stream while it was measured. */
export const streamResult = z.object({
  kind: z.enum(['audio', 'video']),
  packets: count,
  /** Bytes of payload. */
  octets: count,
  /** Packets that never came. */
  lost: count,
  /** Packets that came because they were asked for again. */
  recovered: count,
  jitterMs: count,
  freezes: count,
  frozenMs: count,
  frames: count,
});
export type StreamResult = z.infer<typeof streamResult>;

type Counts = Omit<StreamResult, 'kind' | 'jitterMs'>;

/** What a participant receives: counts everything, and tells what came since {@link Reception.begin}. */
export class Reception {
  /** Milliseconds of `performance.now()` at which the first packet came. */
  firstPacketMs: number | undefined;
  packets = 0;
  octets = 0;
  readonly #streams = new Map<ReceivedStream, { readonly clock: FrameClock; baseline: Counts }>();
  /** Of streams that ended while they were measured. */
  #ended: StreamResult[] = [];

  /** For `NativePeerOptions.onPacket`. */
  readonly take = (stream: ReceivedStream, packet: RtpPacket): void => {
    this.packets += 1;
    this.octets += packet.payloadLength;
    const isVideoEnd = packet.marker && stream.codec.mimeType.startsWith('video/');
    if (!isVideoEnd && this.firstPacketMs !== undefined) return;
    const now = performance.now();
    this.firstPacketMs ??= now;
    if (isVideoEnd) this.#streams.get(stream)?.clock.frame(packet.timestamp, now);
  };

  add(stream: ReceivedStream): void {
    if (!this.#streams.has(stream)) this.#streams.set(stream, { clock: new FrameClock(), baseline: NOTHING });
  }

  remove(stream: ReceivedStream, nowMs: number): void {
    // Its owner stopped: that is no freeze.
    const result = this.#resultOf(stream, nowMs, false);
    if (result !== undefined) this.#ended.push(result);
    this.#streams.delete(stream);
  }

  /** What came before is not told. */
  begin(nowMs: number): void {
    this.#ended = [];
    for (const [stream, entry] of this.#streams) entry.baseline = countsOf(stream, entry.clock, nowMs, false);
  }

  /** Of every stream of which something came. */
  results(nowMs: number): StreamResult[] {
    return [
      ...this.#ended,
      ...[...this.#streams.keys()].flatMap((stream) => this.#resultOf(stream, nowMs, true) ?? []),
    ];
  }

  #resultOf(stream: ReceivedStream, nowMs: number, goesOn: boolean): StreamResult | undefined {
    const entry = this.#streams.get(stream);
    if (entry === undefined) return undefined;
    const now = countsOf(stream, entry.clock, nowMs, goesOn);
    const { baseline } = entry;
    if (now.packets === baseline.packets && now.freezes === baseline.freezes) return undefined;
    return {
      kind: mediaKindOf(stream.consumer.kind),
      packets: now.packets - baseline.packets,
      octets: now.octets - baseline.octets,
      lost: Math.max(0, now.lost - baseline.lost),
      recovered: now.recovered - baseline.recovered,
      jitterMs: stream.receiver.jitterMs,
      freezes: now.freezes - baseline.freezes,
      frozenMs: now.frozenMs - baseline.frozenMs,
      frames: now.frames - baseline.frames,
    };
  }
}

const NOTHING: Counts = { packets: 0, octets: 0, lost: 0, recovered: 0, freezes: 0, frozenMs: 0, frames: 0 };

function countsOf({ receiver }: ReceivedStream, clock: FrameClock, nowMs: number, goesOn: boolean): Counts {
  const frozenFor = goesOn ? clock.frozenFor(nowMs) : 0;
  return {
    packets: receiver.packets,
    octets: receiver.octets,
    lost: receiver.lost,
    recovered: receiver.recovered,
    freezes: clock.freezes + (frozenFor > 0 ? 1 : 0),
    frozenMs: clock.frozenMs + frozenFor,
    frames: clock.frames,
  };
}
