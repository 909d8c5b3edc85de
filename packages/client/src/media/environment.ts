import { Device } from 'mediasoup-client';
import type { RtpCapabilities, VideoCodec } from '@treff/protocol';
import { openWebSocket, systemClock, type Clock, type Log, type OpenSocket } from '../core/index.ts';
import type { DeviceAccess } from './devices.ts';
import { probeScales } from './encoders.ts';
import { toMediasoup } from './mediasoup-types.ts';
import { audioMeters, type CreateMeter } from './microphone-meter.ts';

/** The world around a meeting: the browser, or what a test puts in its place. */
export interface Environment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly openSocket: OpenSocket;
  readonly deviceAccess: DeviceAccess;
  /** Whether this browser can take part at all. */
  readonly isSupported: boolean;
  /** Learns what browser and bridge have in common. Rejects when that is not enough. */
  readonly loadDevice: (rtpCapabilities: RtpCapabilities) => Promise<Device>;
  /** What the browser encodes in layers of one stream. */
  readonly probeScales: () => Promise<ReadonlySet<VideoCodec>>;
  readonly createConnection: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly createStream: () => MediaStream;
  readonly createMeters: () => { readonly create: CreateMeter; close(): void };
  /** Calls back until the signal is aborted. */
  readonly watchPage: (listener: PageListener, signal: AbortSignal) => void;
}

export interface PageListener {
  /** The page is left, closed or put aside for a return with the back button. */
  hidden(): void;
  /** It came back from the side as it was (the back-forward cache). */
  returned(): void;
  /** There is a network again, or perhaps another one. */
  online(): void;
  /** The person looks at the page again, perhaps after the machine slept. */
  visible(): void;
}

/** The browser's. */
export function browserEnvironment(): Environment {
  return {
    clock: systemClock,
    random: Math.random,
    log: consoleLog,
    openSocket: openWebSocket,
    deviceAccess: {
      // Undefined in insecure contexts, whatever the types say.
      mediaDevices: 'mediaDevices' in navigator ? navigator.mediaDevices : undefined,
      permissions: 'permissions' in navigator ? navigator.permissions : undefined,
      storage: localStorageIfAllowed(),
      isSecure: isSecureContext,
    },
    isSupported: 'RTCPeerConnection' in globalThis,
    async loadDevice(rtpCapabilities) {
      const device = await Device.factory();
      await device.load({ routerRtpCapabilities: toMediasoup.rtpCapabilities(rtpCapabilities) });
      return device;
    },
    probeScales: () =>
      probeScales({
        mediaCapabilities: 'mediaCapabilities' in navigator ? navigator.mediaCapabilities : undefined,
        // A computer whose first pointer is a finger is a phone or tablet, or not much faster.
        isMobile: matchMedia('(pointer: coarse)').matches,
      }),
    createConnection: (configuration) => new RTCPeerConnection(configuration),
    createStream: () => new MediaStream(),
    createMeters: () => audioMeters(consoleLog),
    watchPage(listener, signal) {
      addEventListener('pagehide', () => listener.hidden(), { signal });
      addEventListener('pageshow', ({ persisted }) => persisted && listener.returned(), { signal });
      addEventListener('online', () => listener.online(), { signal });
      document.addEventListener(
        'visibilitychange',
        () => document.visibilityState === 'visible' && listener.visible(),
        { signal },
      );
    },
  };
}

const consoleLog: Log = (level, message, detail) => {
  console[level](`[treff] ${message}`, ...(detail === undefined ? [] : [detail]));
};

function localStorageIfAllowed(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined; // the browser forbids storage here
  }
}
