import type { Page } from 'playwright-core';
import { screenOf, type Persona } from './browser.ts';
import { until } from './server.ts';

/** Seconds of patience for media to come: the bound of the specification, generous for a machine of two cores. */
const PATIENCE_MS = 15_000;

/** The page's own endpoint id. */
export async function selfOf(page: Page): Promise<string> {
  const id = await page
    .locator('[data-local][data-participant-id]')
    .first()
    .getAttribute('data-participant-id');
  if (id === null) throw new Error('The own tile has an id');
  return id;
}

/**
 * What the person at `page` sees of `participant`, or of what they share, now: `frames` decoded so far in the tile's video, its size, and the mean colour of its
 * middle. `undefined` while no picture is shown.
 */
export async function look(
  page: Page,
  participant: string,
  source: 'camera' | 'screen' = 'camera',
): Promise<{ frames: number; width: number; height: number; colour: [number, number, number] } | undefined> {
  return page.evaluate(
    ({ id, source }) => {
      // One person may be shown twice, on the stage and in the strip; the largest is what is looked at.
      const videos = [
        ...document.querySelectorAll<HTMLVideoElement>(
          `[data-participant-id="${id}"][data-source="${source}"] video`,
        ),
      ];
      // Another track of the same picture waits above the one that is shown until it has a frame.
      const shown = videos.filter(({ videoWidth, readyState }) => videoWidth > 0 && readyState >= 2);
      const video = shown.toSorted((one, other) => other.clientWidth - one.clientWidth)[0];
      if (video === undefined) return undefined;
      const canvas = new OffscreenCanvas(16, 16);
      const brush = canvas.getContext('2d');
      if (brush === null) return undefined;
      const { videoWidth: width, videoHeight: height } = video;
      brush.drawImage(video, width / 4, height / 3, width / 2, height / 2, 0, 0, 16, 16);
      const { data } = brush.getImageData(0, 0, 16, 16);
      const sum: [number, number, number] = [0, 0, 0];
      for (let at = 0; at < data.length; at += 4) {
        sum[0] += data[at] ?? 0;
        sum[1] += data[at + 1] ?? 0;
        sum[2] += data[at + 2] ?? 0;
      }
      return {
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        width,
        height,
        colour: [sum[0] / 256, sum[1] / 256, sum[2] / 256],
      };
    },
    { id: participant, source },
  );
}

/** Loudness of a tone in what plays of `participant`, in decibels relative to full scale, and of the loudest other one. */
export async function listen(
  page: Page,
  participant: string,
  tone: number,
  kind: 'microphone' | 'screenAudio' = 'microphone',
): Promise<{ tone: number; loudest: number } | undefined> {
  return page.evaluate(
    async ({ id, tone, kind }) => {
      const element = document.querySelector<HTMLAudioElement>(
        `audio[data-participant-id="${id}"][data-kind="${kind}"]`,
      );
      const stream = element?.srcObject;
      if (element === null || element.paused || element.muted || !(stream instanceof MediaStream))
        return undefined;
      if (stream.getAudioTracks().length === 0) return undefined;
      const context = new AudioContext();
      try {
        const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
        context.createMediaStreamSource(stream).connect(analyser);
        // One full window of sound has to pass through the analyser.
        const enough = context.currentTime + 0.2;
        while (context.currentTime < enough)
          await new Promise<void>((resolve) => {
            requestAnimationFrame(() => resolve());
          });
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        const width = context.sampleRate / analyser.fftSize;
        const at = Math.round(tone / width);
        const near = bins.slice(at - 2, at + 3);
        return { tone: Math.max(...near), loudest: bins.indexOf(Math.max(...bins)) * width };
      } finally {
        await context.close();
      }
    },
    { id: participant, tone, kind },
  );
}

/** Waits until the picture of `who` arrives at `page` in its own colour, and moves. */
export async function sees(
  page: Page,
  participant: string,
  who: Persona,
  patienceMs = PATIENCE_MS,
  source: 'camera' | 'screen' = 'camera',
): Promise<void> {
  let before: number | undefined;
  await until(
    async () => {
      const picture = await look(page, participant, source);
      if (picture === undefined || !similar(picture.colour, who.colour)) return false;
      // Another track of the same source is counted from its own beginning.
      if (before === undefined || picture.frames < before) before = picture.frames;
      return picture.frames > before + 2;
    },
    `${who.name}'s moving picture`,
    patienceMs,
  );
}

/** Waits until the voice of `who` is what is heard of `participant` at `page`. */
export async function hears(
  page: Page,
  participant: string,
  who: Persona,
  patienceMs = PATIENCE_MS,
  kind: 'microphone' | 'screenAudio' = 'microphone',
): Promise<void> {
  await until(
    async () => {
      const sound = await listen(page, participant, who.tone, kind);
      return sound !== undefined && sound.tone > -50 && Math.abs(sound.loudest - who.tone) < 30;
    },
    `${who.name}'s voice`,
    patienceMs,
  );
}

/** Waits until what `who` shares is seen at `page` in its own colour, moving. */
export function seesScreen(page: Page, participant: string, who: Persona): Promise<void> {
  return sees(page, participant, screenOf(who), PATIENCE_MS, 'screen');
}

/** Waits until the sound of what `who` shares is heard at `page`. */
export function hearsScreen(page: Page, participant: string, who: Persona): Promise<void> {
  return hears(page, participant, screenOf(who), PATIENCE_MS, 'screenAudio');
}

/** Waits until nothing of `who` is audible at `page` any more. */
export async function hearsNothing(page: Page, participant: string, who: Persona): Promise<void> {
  await until(
    async () => {
      const sound = await listen(page, participant, who.tone);
      return sound === undefined || sound.tone < -80;
    },
    `silence of ${who.name}`,
    PATIENCE_MS,
  );
}

function similar(seen: readonly number[], meant: readonly number[]): boolean {
  return seen.every((value, channel) => Math.abs(value - (meant[channel] ?? 0)) < 60);
}
