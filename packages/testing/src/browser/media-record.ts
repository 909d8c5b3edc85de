import type { BrowserContext, Page } from 'playwright-core';

/** What came over which way and who saw it when, in one page. All times are milliseconds of that page's `performance.now()`. */
export interface MediaRecord {
  readonly tracks: readonly RecordedTrack[];
  /** What the page's elements show and play, whenever that changes; the last one still holds. */
  readonly scenes: readonly Scene[];
  /** Frames that video elements put on screen; an element's in order. */
  readonly presented: readonly Presented[];
  /** When the page could do nothing at all for 100 ms or more: the machine had other things to do. */
  readonly stalls: readonly { readonly at: number; readonly duration: number }[];
}

/** A track that another browser or the bridge sends. */
export interface RecordedTrack {
  readonly kind: 'audio' | 'video';
  /** From another browser, not from the bridge. */
  readonly direct: boolean;
  /** When each frame was decoded; of sound, the begin of every 10 ms that are not silent. */
  readonly moments: readonly number[];
}

export interface Scene {
  readonly at: number;
  readonly shown: readonly Shown[];
}

/** A live track in an element. */
export interface Shown {
  /** Whose and what: `<participant>/camera`, `/screen`, `/microphone` or `/screenAudio`. */
  readonly source: string;
  readonly element: number;
  /** Index of the record's track. */
  readonly track: number;
  /** A person sees or hears it: it is not hidden, muted, paused or still empty. */
  readonly perceived: boolean;
}

export interface Presented {
  readonly at: number;
  readonly source: string;
  readonly element: number;
  /** Index of the record's track. */
  readonly track: number;
  /** Frames that the element has presented so far. More than one since the last time: the page was busy, the screen was not. */
  readonly count: number;
  /** Pixels of the decoded frame. */
  readonly height: number;
}

/** Makes the context's pages record from their start. */
export async function recordMedia(context: BrowserContext): Promise<void> {
  await context.addInitScript(record);
}

/** Now, on the page's clock. */
export function clockOf(page: Page): Promise<number> {
  return page.evaluate(() => performance.now());
}

/** All that was recorded since a moment of the page's clock. */
export function recordOf(page: Page, since = 0): Promise<MediaRecord> {
  return page.evaluate(
    (from) => (globalThis as unknown as { readMediaRecord(from: number): MediaRecord }).readMediaRecord(from),
    since,
  );
}

/** Runs in the page, before any of its scripts. */
function record(): void {
  interface Processor {
    readonly readable: ReadableStream<VideoFrame | AudioData>;
  }
  // Not in the library of types: https://w3c.github.io/mediacapture-transform/
  const { MediaStreamTrackProcessor } = globalThis as unknown as {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize: number }) => Processor;
  };
  interface Track {
    readonly kind: 'audio' | 'video';
    readonly direct: boolean;
    /** Of pictures in the decoder's clock. */
    readonly moments: number[];
  }
  const tracks: Track[] = [];
  const numbers = new Map<MediaStreamTrack, number>();
  const scenes: Scene[] = [];
  const presented: Presented[] = [];
  const stalls: { at: number; duration: number }[] = [];
  const elements = new Map<HTMLMediaElement, number>();
  const connections: RTCPeerConnection[] = [];
  /** Milliseconds from the decoder's clock to the page's: the quickest delivery of a frame ever seen. */
  let decoderClock = Number.POSITIVE_INFINITY;
  let latest = '';

  const Connection = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
      this.addEventListener('track', ({ track }) => {
        const { kind } = track;
        if (kind !== 'audio' && kind !== 'video') return;
        const direct = this.remoteDescription?.sdp.includes('a=ice-lite') === false;
        const recorded: Track = { kind, direct, moments: [] };
        numbers.set(track, tracks.push(recorded) - 1);
        void listen(track, recorded);
      });
    }
  };

  /** The browser stamps what it delivers, so a busy page loses nothing of the truth. */
  async function listen(track: MediaStreamTrack, { moments }: Track): Promise<void> {
    const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: 100 });
    const reader = processor.readable.getReader();
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      const at = value.timestamp / 1_000;
      if (value instanceof VideoFrame) {
        decoderClock = Math.min(decoderClock, performance.now() - at);
        moments.push(at);
      } else if (loudness(value) > 0.05) {
        moments.push(at);
      }
      value.close();
    }
  }

  /** Root mean square of the first channel; a full sine has 0.7. */
  function loudness(sound: AudioData): number {
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  }

  function look(): void {
    const shown = [
      ...document.querySelectorAll<HTMLMediaElement>('[data-participant-id]:not([data-local]) video, audio'),
    ].flatMap(piecesOf);
    const scene = JSON.stringify(shown);
    if (scene === latest) return;
    latest = scene;
    scenes.push({ at: performance.now(), shown });
  }

  function piecesOf(element: HTMLMediaElement): Shown[] {
    const { participantId, source, kind } =
      element.closest<HTMLElement>('[data-participant-id]')?.dataset ?? {};
    if (participantId === undefined || !(element.srcObject instanceof MediaStream)) return [];
    const known = elements.get(element) ?? elements.size;
    if (!elements.has(element)) {
      elements.set(element, known);
      if (element instanceof HTMLVideoElement) watch(element);
    }
    return element.srcObject.getTracks().flatMap((track): Shown[] => {
      const number = numbers.get(track);
      if (number === undefined || track.readyState === 'ended') return [];
      return [
        {
          source: `${participantId}/${kind ?? source}`,
          element: known,
          track: number,
          perceived: isPerceived(element),
        },
      ];
    });
  }

  function isPerceived(element: HTMLMediaElement): boolean {
    if (element.paused || element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    return element instanceof HTMLVideoElement
      ? element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      : !element.muted && element.volume > 0;
  }

  function watch(element: HTMLVideoElement): void {
    element.requestVideoFrameCallback((_now, { presentationTime, presentedFrames, height }) => {
      for (const { source, element: number, track, perceived } of element.isConnected
        ? piecesOf(element)
        : []) {
        if (perceived)
          presented.push({
            at: presentationTime,
            source,
            element: number,
            track,
            count: presentedFrames,
            height,
          });
      }
      watch(element);
    });
  }

  // What an element shows changes in a moment; a look at intervals would come too late to tell the order.
  for (const name of ['srcObject', 'muted'] as const) {
    const property = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name);
    if (property?.set === undefined) throw new Error(`No setter for ${name}`);
    const { set } = property;
    Object.defineProperty(HTMLMediaElement.prototype, name, {
      ...property,
      set(this: HTMLMediaElement, value: unknown) {
        set.call(this, value);
        // Nobody perceives what is only so until the running task ends.
        queueMicrotask(look);
      },
    });
  }
  for (const event of ['playing', 'pause', 'emptied', 'volumechange', 'loadeddata'])
    document.addEventListener(event, look, { capture: true });
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  let ticked = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now - ticked >= 100) stalls.push({ at: ticked, duration: now - ticked });
    ticked = now;
    look();
  }, 20);

  Object.assign(globalThis, {
    recordedConnections: connections,
    readMediaRecord(from: number): MediaRecord {
      look();
      const first = scenes.findLastIndex(({ at }) => at <= from);
      return {
        tracks: tracks.map(({ kind, direct, moments }) => ({
          kind,
          direct,
          moments: moments
            .map((at) => (kind === 'video' ? at + decoderClock : at))
            .filter((at) => at >= from),
        })),
        scenes: scenes.slice(Math.max(first, 0)),
        presented: presented.filter(({ at }) => at >= from),
        stalls: stalls.filter(({ at }) => at >= from),
      };
    },
  });
}
