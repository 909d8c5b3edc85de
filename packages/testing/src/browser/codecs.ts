import type { BrowserContext, Page } from 'playwright-core';

/** A picture that a page sends, as its encoder is now. */
export interface SentPicture {
  readonly ssrc: number;
  /** Such as `video/VP9`. */
  readonly codec: string;
  readonly encoder: string;
  /** Layers within the stream; empty: none. */
  readonly scalabilityMode: string;
  readonly height: number;
  readonly frames: number;
}

/** Every picture that the page sends or has sent over a connection that is there. The page must be recording (`recordMedia`). */
export function sentPicturesOf(page: Page): Promise<readonly SentPicture[]> {
  return page.evaluate(async () => {
    const { recordedConnections } = globalThis as unknown as { recordedConnections: RTCPeerConnection[] };
    const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
    const pictures: SentPicture[] = [];
    for (const connection of recordedConnections) {
      if (connection.connectionState !== 'connected') continue;
      const stats = await connection.getStats();
      stats.forEach((each: Readonly<Record<string, unknown>>) => {
        if (each['type'] !== 'outbound-rtp' || each['kind'] !== 'video') return;
        const codec = stats.get(String(each['codecId'])) as Readonly<Record<string, unknown>> | undefined;
        pictures.push({
          ssrc: Number(each['ssrc']),
          codec: textOf(codec?.['mimeType']),
          encoder: textOf(each['encoderImplementation']),
          scalabilityMode: textOf(each['scalabilityMode']),
          height: Number(each['frameHeight'] ?? 0),
          frames: Number(each['framesEncoded'] ?? 0),
        });
      });
    }
    return pictures;
  });
}

/** Lets the context's pages know no video codec but this one, as an old or odd browser does. Before any page is opened. */
export async function knowOnly(context: BrowserContext, codec: string): Promise<void> {
  await context.addInitScript((name) => {
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
      override addTransceiver(...given: Parameters<RTCPeerConnection['addTransceiver']>): RTCRtpTransceiver {
        const transceiver = super.addTransceiver(...given);
        const [track] = given;
        if (track === 'video' || (typeof track !== 'string' && track.kind === 'video')) {
          const { codecs = [] } = RTCRtpReceiver.getCapabilities('video') ?? {};
          transceiver.setCodecPreferences(
            codecs.filter(({ mimeType }) => mimeType === `video/${name}` || mimeType === 'video/rtx'),
          );
        }
        return transceiver;
      }
    };
  }, codec);
}

/** Watches from now on whether somebody's tile ever is without a picture. Ask the result when it is over. */
export async function watchPicture(page: Page, participant: string): Promise<() => Promise<boolean>> {
  const watch = await page.evaluateHandle((id) => {
    const state = { wasBare: false };
    const look = () => {
      const videos = document.querySelectorAll<HTMLVideoElement>(
        `[data-participant-id="${id}"][data-source="camera"] video[data-playing="true"]`,
      );
      if (videos.length === 0) state.wasBare = true;
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-playing'],
    });
    look();
    return state;
  }, participant);
  return () => watch.evaluate(({ wasBare }) => wasBare);
}
