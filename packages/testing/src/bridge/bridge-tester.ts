import type { Bridge, EndpointRef, Incarnation, MediaOffer, ParticipantId } from '@treff/protocol';
import { newIncarnation, refTo } from './calls.ts';
import { actualState } from './random-calls.ts';

/** A bridge under test. */
export interface BridgeUnderTest {
  readonly bridge: Bridge;
  /** Kills what carries this conference, as a crash would. */
  readonly kill: (conference: Incarnation) => Promise<void>;
  /** Lets milliseconds pass, as the bridge sees time. */
  readonly passTime: (ms: number) => void;
}

/** What the parts of the contract suite do over and over with the bridge under test. */
export class BridgeTester {
  #subject: BridgeUnderTest | undefined;

  set subject(subject: BridgeUnderTest) {
    this.#subject = subject;
  }

  get bridge(): Bridge {
    if (this.#subject === undefined) throw new Error('The bridge is there once the tests run.');
    return this.#subject.bridge;
  }

  async kill(conference: Incarnation): Promise<void> {
    await this.#subject?.kill(conference);
  }

  passTime(ms: number): void {
    this.#subject?.passTime(ms);
  }

  /** An open conference with these participants in it, each of generation 1. */
  async meet(...participants: readonly ParticipantId[]): Promise<Incarnation> {
    const conference = newIncarnation();
    await this.bridge.open(conference);
    for (const one of participants) await this.enter(refTo(conference, one));
    return conference;
  }

  /** Opens an endpoint that decodes everything. */
  enter(ref: EndpointRef): Promise<MediaOffer> {
    return this.bridge.endpoint(ref, { rtpCapabilities: this.bridge.rtpCapabilities });
  }

  /** What is there, in a form that can be compared. */
  async state(conference: Incarnation): Promise<unknown> {
    return actualState(await this.bridge.snapshot(conference));
  }
}
