import type { AudioSource, NativePeer, VideoSource } from '@treff/peer';
import type { ParticipantOptions } from './participant.ts';
import { floorAt, layersOf } from './plan.ts';

/** Milliseconds from one quiet packet that is sent to the next with discontinuous transmission: as Opus does. */
const DTX_MS = 400;
/** dBov of a voice near its microphone, and of a quiet room. */
const VOICE = -30;
const QUIET = -127;

/** What one participant sends. */
export interface Sending {
  readonly microphone: AudioSource | undefined;
  readonly camera: VideoSource | undefined;
  /** Begins to send what is not muted. */
  start(): void;
  /** Idempotent. */
  stop(): void;
}

/** Makes a participant's sources at a peer; `wheel` will drive them. Throws `media/codec-unsupported`. */
export function prepareSending(
  peer: NativePeer,
  { plan, part, wheel, gate, random }: ParticipantOptions,
): Sending {
  const { microphone: role } = part;
  const microphone = plan.audio === undefined || role.state === 'none' ? undefined : peer.audio(plan.audio);
  const camera =
    plan.video === undefined || !part.sendsVideo
      ? undefined
      : peer.video(layersOf(plan.video), { framesPerSecond: plan.video.framesPerSecond });
  let stops: (() => void)[] = [];

  /** Nobody's frames come at the same time as everybody else's. */
  function pace(intervalMs: number, send: (nowMs: number) => void): void {
    const firstMs = performance.now() + random() * intervalMs;
    stops.push(
      wheel.every(intervalMs, firstMs, (nowMs) => {
        if (gate.open) send(nowMs);
      }),
    );
  }

  function speak(source: AudioSource, turn: number, packetMs: number): void {
    const perQuiet = Math.round(DTX_MS / packetMs);
    let quiet = 0;
    pace(packetMs, (nowMs) => {
      const hasFloor = floorAt(performance.timeOrigin + nowMs, plan.talkers) === turn;
      source.level = hasFloor ? VOICE : QUIET;
      quiet = hasFloor ? 0 : quiet + 1;
      if (!plan.dtx || quiet % perQuiet === 0) source.sendFrame(nowMs);
    });
  }

  return {
    microphone,
    camera,
    start() {
      if (microphone !== undefined && plan.audio !== undefined && role.state === 'talks')
        speak(microphone, role.turn, plan.audio.packetMs);
      if (camera !== undefined && plan.video !== undefined)
        pace(1_000 / plan.video.framesPerSecond, (nowMs) => camera.sendFrame(nowMs));
    },
    stop() {
      for (const stop of stops) stop();
      stops = [];
    },
  };
}
