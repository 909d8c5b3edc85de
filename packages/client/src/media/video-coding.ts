import type { types } from 'mediasoup-client';
import {
  mediaKindOf,
  videoCodecOf,
  type AgreedCodecs,
  type CameraCaps,
  type SourceKind,
  type VideoCodec,
} from '@treff/protocol';
import { chooseCodec } from './encoders.ts';
import {
  encodingsOf,
  publishedSize,
  SCREEN_SOUND,
  voiceOf,
  wantedEncodings,
  type Coding,
  type Wanted,
} from './encodings.ts';
import type { VoicePacketMs } from './voice-packets.ts';
import type { Encodings } from './wanted-encodings.ts';

/** As much of mediasoup's device as this asks. */
export interface SendingDevice {
  readonly sendRtpCapabilities: types.RtpCapabilities;
}

/** How what one sends over the bridge is encoded: by what the conference agreed on, and what this browser can do. */
export class VideoCoding {
  readonly #device: SendingDevice;
  readonly #scales: ReadonlySet<VideoCodec>;
  /** What a camera is at most. */
  readonly #caps: CameraCaps;
  /** What the browser said it could encode, and could not. */
  readonly #unfit = new Set<VideoCodec>();
  #agreed: AgreedCodecs = { camera: [], screen: [] };
  #voicePacketMs: VoicePacketMs = 20;

  /** `scales`: what the browser encodes in layers of one stream. */
  constructor(device: SendingDevice, scales: ReadonlySet<VideoCodec>, caps: CameraCaps = {}) {
    this.#device = device;
    this.#scales = scales;
    this.#caps = caps;
  }

  /** Whether these are others than before. Before the first it is VP8. */
  agree(codecs: AgreedCodecs): boolean {
    if (codecs === this.#agreed) return false;
    this.#agreed = codecs;
    return true;
  }

  /** Packets of speech last so long from now on. Whether that is longer or shorter than before. */
  pack(voicePacketMs: VoicePacketMs): boolean {
    if (voicePacketMs === this.#voicePacketMs) return false;
    this.#voicePacketMs = voicePacketMs;
    return true;
  }

  /** The browser could not encode this one after all. Of VP8 that is not believed: there is nothing else to try. */
  spoil(codec: VideoCodec | undefined): void {
    if (codec !== undefined && codec !== 'VP8') this.#unfit.add(codec);
  }

  /** Films on a screen are as hard to encode as cameras, so they take what those do. */
  of(kind: SourceKind, track: MediaStreamTrack): Coding {
    const encodes = new Set(this.#sendable.flatMap(({ mimeType }) => videoCodecOf(mimeType) ?? []));
    for (const codec of this.#unfit) encodes.delete(codec);
    const which = kind === 'screen' ? 'screen' : 'camera';
    const agreed = this.#agreed[track.contentHint === 'motion' ? 'camera' : which];
    const codec = chooseCodec(which, [...agreed, 'VP8'], { encodes, scales: this.#scales });
    return { codec, layered: codec !== undefined && this.#scales.has(codec) };
  }

  /** See `MediaPath`. */
  formOf(kind: SourceKind, track: MediaStreamTrack): string {
    if (kind === 'microphone') return `${kind} ${this.#voicePacketMs}`;
    if (mediaKindOf(kind) === 'audio') return kind;
    const coding = this.of(kind, track);
    const encodings = encodingsOf(kind, track, coding, this.#caps);
    const form = [coding.codec, encodings.length, encodings[0]?.scalabilityMode];
    if (kind === 'screen') return form.join(' ');
    // Which sizes there are the bridge reckons from the tallest.
    const { width = 0, height = 0 } = publishedSize(kind, track, this.#caps);
    return [...form, Math.min(width, height)].join(' ');
  }

  /** What mediasoup-client is asked for. */
  optionsOf(kind: SourceKind, track: MediaStreamTrack): Partial<types.ProducerOptions> {
    if (kind === 'microphone') return voiceOf(this.#voicePacketMs);
    if (kind === 'screenAudio') return SCREEN_SOUND;
    const coding = this.of(kind, track);
    const encodings = encodingsOf(kind, track, coding, this.#caps);
    const codec = this.#sendable.find(({ mimeType }) => videoCodecOf(mimeType) === coding.codec);
    // Where it encodes nothing that was agreed on, and not even VP8, the browser's own first choice is sent.
    return codec === undefined ? { encodings } : { encodings, codec };
  }

  /** How to encode what is published now when somebody receives so much of it; later tracks have other sizes, but not another codec. */
  encoder(
    kind: SourceKind,
    published: MediaStreamTrack,
  ): (track: MediaStreamTrack, wanted: Wanted) => Encodings {
    const coding = this.of(kind, published);
    return (track, wanted) => wantedEncodings(kind, track, coding, this.#caps, wanted);
  }

  get #sendable(): readonly types.RtpCodecCapability[] {
    const codecs = this.#device.sendRtpCapabilities.codecs ?? [];
    return codecs.filter(({ mimeType }) => videoCodecOf(mimeType) !== undefined);
  }
}
