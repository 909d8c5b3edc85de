import type { ConsumerParameters } from '@treff/protocol';
import { receiveCodec, type ReceiveCodec } from './capabilities.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { vp8KeyFrameSize, type PictureSize } from './vp8.ts';

/** One remote source as it arrives. */
export class ReceivedStream {
  readonly consumer: ConsumerParameters;
  readonly codec: ReceiveCodec;
  readonly receiver: RtpReceiver;
  keyFrames = 0;
  /** Of the newest key frame of VP8. */
  picture: PictureSize | undefined;
  readonly #sendPictureLoss: (ssrc: number) => void;

  /** Throws `media/invalid-parameters`. */
  constructor(consumer: ConsumerParameters, sendPictureLoss: (ssrc: number) => void) {
    this.consumer = consumer;
    this.codec = receiveCodec(consumer.rtpParameters);
    this.receiver = new RtpReceiver(this.codec);
    this.#sendPictureLoss = sendPictureLoss;
  }

  /** Takes in a packet of either SSRC, unwrapping a retransmission. False if it brings nothing new. */
  receive(packet: RtpPacket, nowMs: number): boolean {
    const { rtx, ssrc, payloadType } = this.codec;
    const retransmitted = rtx !== undefined && packet.ssrc === rtx.ssrc;
    if (retransmitted && !packet.unwrapRetransmission(ssrc, payloadType)) return false;
    if (!this.receiver.receive(packet, nowMs, retransmitted)) return false;
    if (this.codec.mimeType === 'video/vp8') {
      const size = vp8KeyFrameSize(packet.buffer, packet.payloadOffset, packet.payloadLength);
      if (size !== undefined) {
        this.keyFrames += 1;
        this.picture = size;
      }
    }
    return true;
  }

  /** Asks the bridge for a key frame. */
  requestKeyFrame(): void {
    this.#sendPictureLoss(this.codec.ssrc);
  }
}
