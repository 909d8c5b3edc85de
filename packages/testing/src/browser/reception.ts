import type { BrowserContext, Page } from 'playwright-core';

/** What has come of somebody's voice so far, in samples that were played. */
export interface SoundReception {
  readonly played: number;
  /** Of these, made up because what was sent had not come in time. Silence that was made up after silence is not counted. */
  readonly concealed: number;
  /** Packets whose sound was taken from the error correction of the next one. */
  readonly corrected: number;
}

/** What has come of somebody's camera so far. */
export interface PictureReception {
  readonly decoded: number;
  /** Pixels of the last frame. */
  readonly height: number;
  /** Times that the picture stood still for clearly longer than usual, as the browser counts it. */
  readonly freezes: number;
  readonly frozenSeconds: number;
}

/** Lets {@link soundReceptionOf} and {@link pictureReceptionOf} look into the context's pages; to be called before they are opened. */
export async function keepConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const kept: RTCPeerConnection[] = [];
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        kept.push(this);
      }
    };
    Object.assign(globalThis, { recordedConnections: kept });
  });
}

/** Of what plays of the participant now. Rejects if nothing does. */
export async function soundReceptionOf(page: Page, participant: string): Promise<SoundReception> {
  const of = await statsOf(page, `audio[data-participant-id="${participant}"][data-kind="microphone"]`);
  if (of === undefined) throw new Error('No voice is received');
  return {
    played: of('totalSamplesReceived'),
    concealed: of('concealedSamples') - of('silentConcealedSamples'),
    corrected: of('fecPacketsReceived'),
  };
}

/** Of what is shown of the participant's camera now; undefined while no picture is. */
export async function pictureReceptionOf(
  page: Page,
  participant: string,
): Promise<PictureReception | undefined> {
  const of = await statsOf(page, `[data-participant-id="${participant}"][data-source="camera"] video`);
  if (of === undefined) return undefined;
  return {
    decoded: of('framesDecoded'),
    height: of('frameHeight'),
    freezes: of('freezeCount'),
    frozenSeconds: of('totalFreezesDuration'),
  };
}

/** How the track in the first such element is received (`RTCInboundRtpStreamStats`), number by number; one that is not there is 0. */
async function statsOf(page: Page, element: string): Promise<((name: string) => number) | undefined> {
  const numbers = await page.evaluate(async (selector) => {
    const { recordedConnections } = globalThis as unknown as { recordedConnections: RTCPeerConnection[] };
    const stream = document.querySelector<HTMLMediaElement>(selector)?.srcObject;
    const track = stream instanceof MediaStream ? stream.getTracks()[0] : undefined;
    if (track === undefined) return undefined;
    let found: Record<string, number> | undefined;
    for (const connection of recordedConnections) {
      (await connection.getStats()).forEach((stats: Readonly<Record<string, unknown>>) => {
        if (stats['type'] !== 'inbound-rtp' || stats['trackIdentifier'] !== track.id) return;
        found = Object.fromEntries(
          Object.entries(stats).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
        );
      });
    }
    return found;
  }, element);
  return numbers === undefined ? undefined : (name) => numbers[name] ?? 0;
}
