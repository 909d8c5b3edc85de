import { LIMITS, type P2pCandidate } from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { candidatesIn, usernameFragmentsIn } from './p2p-sdp.ts';

/** Milliseconds for which candidates are collected before they are sent: a machine finds its own addresses all at once. */
const BATCH_MS = 10;
/** Candidates of the other end that one attempt may bring. Each is checked against each of one's own. */
const MOST = 2 * LIMITS.iceCandidates;

/** Sends the ICE candidates of this end, a few at a time, each with the attempt whose description it belongs to (RFC 8838). */
export class LocalCandidates {
  readonly #clock: Clock;
  readonly #send: (attempt: number, candidates: P2pCandidate[]) => void;
  #attempt = 0;
  #fragments: ReadonlySet<string> = new Set();
  #batch: P2pCandidate[] = [];
  #ended = false;
  #callOff: (() => void) | undefined;

  /** At most `LIMITS.iceCandidates` are sent in one. */
  constructor(clock: Clock, send: (attempt: number, candidates: P2pCandidate[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** From now on this description gathers; what earlier ones still find is of no use. */
  begin(attempt: number, sdp: string): void {
    this.close();
    this.#attempt = attempt;
    this.#fragments = usernameFragmentsIn(sdp);
    this.#ended = false;
  }

  /** What the browser found; null or an empty candidate: there are no more. */
  found(candidate: RTCIceCandidate | null): void {
    const fragment = candidate?.usernameFragment ?? undefined;
    if (fragment !== undefined && !this.#fragments.has(fragment)) return;
    if (candidate === null || candidate.candidate === '') {
      if (this.#ended) return;
      this.#ended = true;
    }
    if (candidate !== null && candidate.candidate.length > LIMITS.iceCandidateLength) return;
    this.#batch.push({
      candidate: candidate?.candidate ?? '',
      sdpMid: candidate?.sdpMid ?? null,
      sdpMLineIndex: candidate?.sdpMLineIndex ?? 0,
      usernameFragment: fragment ?? [...this.#fragments][0] ?? null,
    });
    if (this.#batch.length >= LIMITS.iceCandidates) this.#flush();
    else this.#callOff ??= this.#clock.after(BATCH_MS, () => this.#flush());
  }

  /** What was not sent yet is not sent any more. Idempotent. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#batch = [];
  }

  #flush(): void {
    const batch = this.#batch;
    this.close();
    if (batch.length > 0) this.#send(this.#attempt, batch);
  }
}

/** The ICE candidates of the other end: held until the description they belong to is there. */
export class RemoteCandidates {
  readonly #add: (candidate: P2pCandidate) => Promise<void>;
  readonly #log: Log;
  #attempt = 0;
  /** Of the description; undefined until it is there. */
  #fragments: ReadonlySet<string> | undefined;
  #held: P2pCandidate[] = [];
  #count = 0;

  constructor(add: (candidate: P2pCandidate) => Promise<void>, log: Log) {
    this.#add = add;
    this.#log = log;
  }

  /** What the other end found. */
  take(attempt: number, candidates: readonly P2pCandidate[]): void {
    if (attempt < this.#attempt) return;
    this.#reach(attempt);
    for (const candidate of candidates) {
      if (this.#count >= MOST) return;
      this.#count++;
      if (this.#fragments === undefined) this.#held.push(candidate);
      else this.#apply(candidate, this.#fragments);
    }
  }

  /** The description was applied, and what it names itself was with it. */
  described(attempt: number, sdp: string): void {
    if (attempt < this.#attempt) return;
    this.#reach(attempt);
    const fragments = usernameFragmentsIn(sdp);
    this.#fragments = fragments;
    for (const candidate of this.#held.splice(0)) this.#apply(candidate, fragments);
  }

  /** A description that was applied came again, and names what was found since. */
  repeated(attempt: number, sdp: string): void {
    this.take(attempt, candidatesIn(sdp));
  }

  #reach(attempt: number): void {
    if (attempt === this.#attempt) return;
    this.#attempt = attempt;
    this.#fragments = undefined;
    this.#held = [];
    this.#count = 0;
  }

  #apply(candidate: P2pCandidate, fragments: ReadonlySet<string>): void {
    const { usernameFragment } = candidate;
    if (typeof usernameFragment === 'string' && !fragments.has(usernameFragment)) return;
    // One that the browser does not understand (a kind of address, a proposal of the future) leaves the others.
    this.#add(candidate).catch((error: unknown) => {
      this.#log('debug', 'a candidate of the direct connection cannot be used', { error });
    });
  }
}
