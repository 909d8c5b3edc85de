import type { ErrorCode, SourceId, SourceKind } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import type { MediaPath } from './path.ts';

/** What is to be sent. */
export interface Wish {
  /** The open device's. */
  readonly track: MediaStreamTrack | undefined;
  /** Others are told that it is muted. */
  readonly muted: boolean;
}

export interface LocalSourceOptions {
  readonly kind: SourceKind;
  /** What becomes of the source when nothing is to be sent: it stays, muted, or it is no more, and another track is another source. */
  readonly whenIdle: 'muted' | 'gone';
  /** When it may be published in another form. In sound there would be a gap, so that waits until there is nothing to hear. */
  readonly whenRenewed: 'at once' | 'while silent';
  /** An id that was never used; undefined when all are used up. */
  readonly makeId: () => SourceId | undefined;
  /** Tells the conference. */
  readonly sayMuted: (source: SourceId, muted: boolean) => void;
  readonly log: Log;
  readonly changed: () => void;
}

/** A source as it was published on one path. */
interface Published {
  readonly id: SourceId;
  readonly path: MediaPath;
  /** How it is encoded there. */
  form: string;
  /** What is being sent; undefined: nothing. */
  track: MediaStreamTrack | undefined;
  /** What the conference was told; undefined until it heard of the source. */
  saidMuted: boolean | undefined;
}

/**
 * One's own source of one kind: brings what is sent to what is to be sent, one step at a time. Muting does not wait for its turn: the conference is told
 * and sound is switched off at once.
 */
export class LocalSource {
  readonly #options: LocalSourceOptions;
  #wish: Wish = { track: undefined, muted: true };
  #path: MediaPath | undefined;
  #published: Published | undefined;
  /** What it takes the place of, until it is announced. */
  #leaving: Published | undefined;
  #refused: ErrorCode | undefined;
  #running = false;
  #quiet = false;

  constructor(options: LocalSourceOptions) {
    this.#options = options;
  }

  /** The source, once it is announced. */
  get id(): SourceId | undefined {
    return this.#announced?.id;
  }

  get #announced(): Published | undefined {
    return this.#published?.saidMuted === undefined ? this.#leaving : this.#published;
  }

  /** Whether this track is sent. */
  sends(track: MediaStreamTrack): boolean {
    return this.id !== undefined && this.#published?.track === track;
  }

  /** Why the other end did not take the source. Another track or another wish to be heard is another try. */
  get refused(): ErrorCode | undefined {
    return this.#refused;
  }

  /** Where to send; undefined: nowhere. A path that begins anew is set again. */
  setPath(path: MediaPath | undefined): void {
    this.#path = path;
    this.#published = undefined;
    this.#leaving = undefined;
    this.#refused = undefined;
    this.#options.changed();
    void this.#reconcile();
  }

  set(wish: Wish): void {
    const before = this.#wish;
    if (wish.track === before.track && wish.muted === before.muted) return;
    this.#wish = wish;
    if (wish.track !== before.track || (before.muted && !wish.muted)) this.#refused = undefined;
    const announced = this.#announced;
    if (announced !== undefined && wish.muted && announced.saidMuted === false)
      this.#sayMuted(announced, true);
    void this.#reconcile();
  }

  /** Nothing has been said for a while, though it is on; or that is over. */
  setQuiet(quiet: boolean): void {
    this.#quiet = quiet;
    void this.#reconcile();
  }

  /** The path may encode it in another form now. */
  review(): void {
    void this.#reconcile();
  }

  /** The other end did not take a source. */
  refuse(source: SourceId, code: ErrorCode): void {
    if (source !== this.#published?.id) return;
    this.#published = undefined;
    // A source that it never heard of was lost on the way: publish it again.
    if (code !== 'source/unknown') this.#refused = code;
    this.#options.changed();
    void this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // The decision to rest is made and carried out in one go: no change can slip in between.
    for (let work = this.#next(); work !== undefined; work = this.#next()) await work();
    this.#running = false;
  }

  /** The first thing that differs; undefined: nothing does. */
  #next(): (() => Promise<void> | void) | undefined {
    const { track, muted } = this.#wish;
    const published = this.#published;
    if (published === undefined) {
      const path = this.#path;
      if (
        path === undefined ||
        track === undefined ||
        track.readyState === 'ended' ||
        this.#refused !== undefined
      ) {
        return undefined;
      }
      const id = this.#options.makeId();
      return id === undefined ? undefined : () => this.#publish(path, id, track);
    }
    const { whenIdle } = this.#options;
    if (published.track !== track) {
      if (track?.readyState === 'ended') return undefined; // its device will say what comes next
      if (whenIdle === 'gone') return () => this.#unpublish(published);
      return this.#renewal(published, track) ?? (() => this.#replace(published, track));
    }
    const renewal = this.#renewal(published, track);
    if (renewal !== undefined) return renewal;
    // It is unmuted when there is something to hear or see, not before.
    if (published.saidMuted === muted || (track === undefined && !muted)) return undefined;
    return () => this.#sayMuted(published, muted);
  }

  /** Publishes it in another form, if the path wants that; what is there goes on meanwhile. */
  #renewal(published: Published, track: MediaStreamTrack | undefined): (() => Promise<void>) | undefined {
    const { path } = published;
    if (track === undefined || track.readyState === 'ended') return undefined;
    const isMuted = this.#wish.muted && published.saidMuted !== false;
    if (this.#options.whenRenewed === 'while silent' && !isMuted && !this.#quiet) return undefined;
    if (path.formOf(this.#options.kind, track) === published.form) return undefined;
    const id = this.#options.makeId();
    return id === undefined ? undefined : () => this.#publish(path, id, track, published);
  }

  async #publish(path: MediaPath, id: SourceId, track: MediaStreamTrack, before?: Published): Promise<void> {
    const { kind, log, changed } = this.#options;
    const form = path.formOf(kind, track);
    const published: Published = { id, path, form, track, saidMuted: undefined };
    this.#published = published;
    this.#leaving = before;
    const muted = () => {
      // What takes the place of something muted is that, too, until it is said.
      published.saidMuted = this.#wish.muted || before?.saidMuted === true;
      return published.saidMuted;
    };
    try {
      await path.publish({ id, kind, track, muted, replaces: before?.id });
    } catch (error) {
      // Unless the path was closed or begins anew: then `setPath` was called, and there is another try.
      if (this.#published === published) {
        this.#published = before;
        if (before !== undefined) {
          // What works goes on as it is, unless the path knows yet another form.
          log('warn', 'a source cannot be sent in another form', { kind, form, error });
          before.form = form;
        } else if (track.readyState !== 'ended' && path.formOf(kind, track) === form) {
          log('warn', 'this browser cannot send a source', { kind, error });
          this.#refused = 'media/codec-unsupported';
        }
      }
    } finally {
      this.#leaving = undefined;
    }
    changed();
  }

  async #replace(published: Published, track: MediaStreamTrack | undefined): Promise<void> {
    const { kind, log, changed } = this.#options;
    try {
      await published.path.replace(published.id, track);
      published.track = track;
    } catch (error) {
      if (this.#published === published && track?.readyState !== 'ended') {
        log('warn', 'a track could not be replaced', { kind, error });
        this.#unpublish(published);
      }
    }
    changed();
  }

  #unpublish(published: Published): void {
    this.#published = undefined;
    published.path.unpublish(published.id);
    this.#options.changed();
  }

  #sayMuted(published: Published, muted: boolean): void {
    published.saidMuted = muted;
    this.#options.sayMuted(published.id, muted);
  }
}
