import type { Device } from 'mediasoup-client';
import {
  rtpCapabilities as rtpCapabilitiesSchema,
  type RtpCapabilities,
  type VideoCodec,
} from '@treff/protocol';
import type { Environment } from './environment.ts';

/** What this browser can do with media. Known once the server has greeted, because it depends on what the bridge can. */
export class Abilities {
  readonly #environment: Pick<Environment, 'loadDevice' | 'probeScales' | 'log'>;
  #device: Device | undefined;
  #scales: ReadonlySet<VideoCodec> = new Set();

  constructor(environment: Pick<Environment, 'loadDevice' | 'probeScales' | 'log'>) {
    this.#environment = environment;
  }

  /** Loaded with the bridge's capabilities. */
  get device(): Device | undefined {
    return this.#device;
  }

  /** What it encodes in layers of one stream. */
  get scales(): ReadonlySet<VideoCodec> {
    return this.#scales;
  }

  /** What it can receive, as the server wants to know it. */
  get received(): RtpCapabilities | undefined {
    return this.#device === undefined
      ? undefined
      : rtpCapabilitiesSchema.parse(this.#device.recvRtpCapabilities);
  }

  /** Another server may be another bridge. */
  forget(): void {
    this.#device = undefined;
  }

  /** Resolves with whether browser and bridge have anything in common. What is known already is not asked again. */
  async learn(rtpCapabilities: RtpCapabilities): Promise<boolean> {
    const { loadDevice, probeScales, log } = this.#environment;
    try {
      const device = this.#device ?? loadDevice(rtpCapabilities);
      [this.#device, this.#scales] = await Promise.all([device, probeScales()]);
      return true;
    } catch (error) {
      log('warn', 'this browser and the bridge have nothing in common', { error });
      return false;
    }
  }
}
