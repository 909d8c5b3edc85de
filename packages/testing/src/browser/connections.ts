import type { BrowserContext, Page } from 'playwright-core';

/** What one of a page's connections has carried so far. */
export interface Carriage {
  /** To another browser, not to the bridge. */
  readonly direct: boolean;
  /** Bytes sent and received on the candidate pair that carries, everything included. */
  readonly pairBytes: number;
  /** Bytes of RTP payload in both directions, without those with which the bridge probes for bandwidth. */
  readonly rtpBytes: number;
}

/** Of every connection of the page that is connected. The page must be recording (`recordMedia`). */
export function carriagesOf(page: Page): Promise<readonly Carriage[]> {
  return page.evaluate(async () => {
    const { recordedConnections } = globalThis as unknown as { recordedConnections: RTCPeerConnection[] };
    const connected = recordedConnections.filter(({ connectionState }) => connectionState === 'connected');
    return Promise.all(
      connected.map(async (connection) => {
        let pairBytes = 0;
        let rtpBytes = 0;
        (await connection.getStats()).forEach((stats: Readonly<Record<string, unknown>>) => {
          const bytes = Number(stats['bytesSent'] ?? 0) + Number(stats['bytesReceived'] ?? 0);
          if (stats['type'] === 'candidate-pair' && stats['nominated'] === true) pairBytes += bytes;
          const isRtp = stats['type'] === 'inbound-rtp' || stats['type'] === 'outbound-rtp';
          if (isRtp && stats['mid'] !== 'probator') rtpBytes += bytes;
        });
        const direct = connection.remoteDescription?.sdp.includes('a=ice-lite') === false;
        return { direct, pairBytes, rtpBytes };
      }),
    );
  });
}

/** Heights in pixels, from small to large, of what the page encodes of its camera for the bridge now. The page must be recording. */
export function encodedHeightsOf(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const { recordedConnections } = globalThis as unknown as { recordedConnections: RTCPeerConnection[] };
    const heights: number[] = [];
    for (const connection of recordedConnections) {
      if (connection.remoteDescription?.sdp.includes('a=ice-lite') !== true) continue;
      (await connection.getStats()).forEach((stats: Readonly<Record<string, unknown>>) => {
        if (stats['type'] !== 'outbound-rtp' || stats['kind'] !== 'video' || stats['active'] !== true) return;
        heights.push(Number(stats['frameHeight'] ?? 0));
      });
    }
    return heights.toSorted((one, other) => one - other);
  });
}

/** How often the page has tried to reach another browser, with or without success. The page must be recording. */
export function directAttemptsOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { recordedConnections } = globalThis as unknown as { recordedConnections: RTCPeerConnection[] };
    // One without any description was made to learn what this browser can do.
    return recordedConnections.filter(
      ({ localDescription, remoteDescription }) =>
        localDescription !== null && remoteDescription?.sdp.includes('a=ice-lite') !== true,
    ).length;
  });
}

/** Lets no direct connection of the context's pages come up, as a firewall between the two would: they never hear of each other's addresses. */
export async function preventDirect(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
      override async addIceCandidate(): Promise<void> {}

      override async setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
        const isBridge = sdp.includes('a=ice-lite');
        await super.setRemoteDescription({
          type,
          sdp: isBridge ? sdp : sdp.replaceAll(/a=candidate:.*\r\n/g, ''),
        });
      }
    };
  });
}

/** The line between a page and the server's signalling. */
export interface Line {
  /** Breaks the socket for both ends without a farewell; no other gets through until `mend`. */
  cut(): Promise<void>;
  mend(): void;
}

/** Takes the context's sockets in hand; call it before the page is opened. */
export async function holdLine(context: BrowserContext): Promise<Line> {
  const open = new Set<() => Promise<void>>();
  let broken = false;
  await context.routeWebSocket('**/ws', (socket) => {
    // 3000 to 4999 are the only codes that one may choose; whoever gives up a seat says 1000 or 1001.
    const interruption = { code: 4900 };
    if (broken) {
      void socket.close(interruption);
      return;
    }
    const server = socket.connectToServer();
    const cut = async () => {
      open.delete(cut);
      await Promise.all([socket.close(interruption), server.close(interruption)]);
    };
    open.add(cut);
  });
  return {
    async cut() {
      broken = true;
      await Promise.all([...open].map((cut) => cut()));
    },
    mend() {
      broken = false;
    },
  };
}
