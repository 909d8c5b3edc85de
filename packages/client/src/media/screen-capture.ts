import type { Log } from '../core/index.ts';
import { frameRateOf, recallContent, rememberContent, tune } from './screen-content.ts';
import type { ScreenContent, ScreenProblem } from './types.ts';

export interface ScreenState {
  /** What the person wants. Falls back to false when they choose nothing to share, or end it in the browser's own controls. */
  readonly wanted: boolean;
  /** The browser asks the person what to share. */
  readonly opening: boolean;
  /** Why nothing is shared although it was wanted. That the person chose nothing is no problem. */
  readonly problem: ScreenProblem | undefined;
  /** The picture and, where the browser gives it, the sound; both absent while nothing is shared. */
  readonly picture: MediaStreamTrack | undefined;
  readonly sound: MediaStreamTrack | undefined;
  /** For what it is captured and encoded. */
  readonly content: ScreenContent;
}

export interface ScreenCaptureOptions {
  /** The browser's. Undefined: it can't share a screen, as on phones. */
  readonly mediaDevices: Partial<Pick<MediaDevices, 'getDisplayMedia'>> | undefined;
  /** Where choices are remembered, if the browser lets it. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly log: Log;
  readonly changed: () => void;
}

const OFF: Omit<ScreenState, 'content'> = {
  wanted: false,
  opening: false,
  problem: undefined,
  picture: undefined,
  sound: undefined,
};

/**
 * One's own screen, window or tab: brings what is captured to what the person wants. The browser is asked once at a time; if the wish has changed by the
 * time it answers, the answer is used or closed according to the latest one.
 */
export class ScreenCapture {
  readonly #options: ScreenCaptureOptions;
  #state: ScreenState;

  constructor(options: ScreenCaptureOptions) {
    this.#options = options;
    this.#state = { ...OFF, content: recallContent(options.storage) };
  }

  /** Immutable; another object with every change. */
  get state(): ScreenState {
    return this.#state;
  }

  get isSupported(): boolean {
    return this.#options.mediaDevices?.getDisplayMedia !== undefined;
  }

  /** Browsers ask the person only in answer to a press of theirs, so `true` asks within this call. */
  setWanted(wanted: boolean): void {
    if (!wanted) {
      this.#end(undefined);
      return;
    }
    if (this.#state.wanted || !this.isSupported) return;
    this.#become({ wanted: true, problem: undefined });
    if (!this.#state.opening) void this.#open();
  }

  setContent(content: ScreenContent): void {
    rememberContent(this.#options.storage, content);
    const { picture } = this.#state;
    if (picture !== undefined) this.#tune(picture, content);
    this.#become({ content });
  }

  /** What is shared can't be sent. */
  fail(problem: ScreenProblem): void {
    this.#end(problem);
  }

  async #open(): Promise<void> {
    this.#become({ opening: true });
    try {
      const stream = await this.#options.mediaDevices?.getDisplayMedia?.(constraintsFor(this.#state.content));
      this.#become({ opening: false });
      this.#take(stream);
    } catch (error) {
      this.#options.log('debug', 'no screen is shared', { error });
      const chosen = this.#state.wanted && !isRefusal(error);
      this.#become({ wanted: false, opening: false, problem: chosen ? 'failed' : undefined });
    }
  }

  #take(stream: MediaStream | undefined): void {
    const picture = stream?.getVideoTracks()[0];
    const sound = stream?.getAudioTracks()[0];
    if (!this.#state.wanted || picture === undefined || picture.readyState === 'ended') {
      for (const track of [picture, sound]) track?.stop();
      this.#become({ wanted: false });
      return;
    }
    this.#tune(picture, this.#state.content);
    picture.addEventListener('ended', () => {
      if (picture === this.#state.picture) this.#end(undefined);
    });
    if (sound !== undefined) {
      sound.contentHint = 'music';
      sound.addEventListener('ended', () => {
        if (sound === this.#state.sound) this.#become({ sound: undefined });
      });
    }
    this.#become({ picture, sound });
  }

  #tune(picture: MediaStreamTrack, content: ScreenContent): void {
    tune(picture, content).catch((error: unknown) => {
      this.#options.log('debug', 'a screen is captured at another frame rate', { error });
    });
  }

  #end(problem: ScreenProblem | undefined): void {
    const { wanted, picture, sound } = this.#state;
    if (!wanted && picture === undefined && problem === this.#state.problem) return;
    for (const track of [picture, sound]) track?.stop();
    this.#become({ wanted: false, problem, picture: undefined, sound: undefined });
  }

  #become(change: Partial<ScreenState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.changed();
  }
}

/** `surfaceSwitching` and the like are hints of the Screen Capture specification that TypeScript does not know yet; browsers pass over those they don't have. */
interface ScreenConstraints extends DisplayMediaStreamOptions {
  readonly surfaceSwitching: 'include';
  readonly systemAudio: 'include';
  /** A meeting that shows itself is a hall of mirrors. */
  readonly selfBrowserSurface: 'exclude';
}

const constraintsFor = (content: ScreenContent): ScreenConstraints => ({
  video: { frameRate: frameRateOf(content) },
  // What a screen plays is music and films, not a voice in a room.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 2 },
  surfaceSwitching: 'include',
  systemAudio: 'include',
  selfBrowserSurface: 'exclude',
});

/** The person closed the question, or the browser or system does not let them share. They have seen that. */
function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}
