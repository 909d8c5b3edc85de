import type {
  BridgeEvent,
  EndpointRef,
  ParticipantId,
  ReceiverConstraints,
  SourceId,
  WithheldReason,
} from '@treff/protocol';
import {
  type Allocation,
  type Floor,
  type SoundSource,
  allocate,
  floorOf,
  layersInUse,
} from './allocation.ts';
import type { Clock } from './clock.ts';
import type { LoadLimits } from './load.ts';
import { Paced } from './paced.ts';
import { SenderWants, type Wanted } from './sender-wants.ts';
import type { Source } from './source.ts';

/** As much of an endpoint as the allocation concerns. */
export interface Receiver {
  readonly ref: EndpointRef;
  readonly closed: boolean;
  readonly sources: ReadonlyMap<SourceId, Source>;
  readonly constraints: ReceiverConstraints | undefined;
  readonly estimate: number | undefined;
  readonly steadyEstimate: number | undefined;
  readonly allocation: Allocation | undefined;
  allot(allocation: Allocation): Promise<void>;
}

export interface AllocatorOptions {
  /** Those that are there, in order of joining. */
  readonly receivers: () => Iterable<Receiver>;
  /** Lines that a camera may have in this conference, as its sender knows without being told. */
  readonly maxHeight: number;
  /** Of the conference, of the operator and of the load. */
  readonly limits: () => LoadLimits;
  readonly emit: (event: BridgeEvent) => void;
  readonly failed: (error: unknown) => void;
  /** A receiver was given what it is sent from now on. */
  readonly allotted: (receiver: Receiver) => void;
  readonly clock: Clock;
}

/** Milliseconds between two allocations for everybody: many people come, speak and switch things on at the same time. */
const EVERYBODY_MS = 100;
/** Milliseconds between two looks at what senders have to encode. */
const SENDERS_MS = 50;

/** Keeps what every endpoint of a conference is sent in step with what is shown, who spoke, what there is and what fits; and what is encoded with that. */
export class Allocator {
  readonly #options: AllocatorOptions;
  readonly #everybody: Paced;
  readonly #senders: Paced;
  readonly #wants: SenderWants;
  /** Whoever spoke last comes first. */
  #speakers: ParticipantId[] = [];
  /** Lines that cameras are asked to keep to. */
  #maxHeight: number;
  /** Absent when something in it changed. */
  #floor: Floor | undefined;
  #told = new WeakMap<Receiver, Allocation['withheld']>();

  constructor(options: AllocatorOptions) {
    const { clock } = options;
    this.#options = options;
    this.#maxHeight = options.maxHeight;
    this.#everybody = new Paced(clock, EVERYBODY_MS, () => {
      for (const receiver of options.receivers()) this.#inBackground(receiver);
    });
    this.#senders = new Paced(clock, SENDERS_MS, () => this.#updateWants());
    this.#wants = new SenderWants(clock, (source, wanted) => this.#tellSender(source, wanted));
  }

  /** A source of somebody's began. */
  add(source: Source): void {
    const { id, layers, kind } = source;
    const maxHeight = kind === 'camera' ? this.#options.maxHeight : Infinity;
    if (source.isVideo) this.#wants.add(id, { layers, maxHeight });
    this.#limit(source);
    this.changed();
  }

  /** Sources ended. */
  remove(sources: Iterable<SourceId>): void {
    for (const source of sources) this.#wants.remove(source);
    this.changed();
  }

  /** Something that concerns everybody is different: a source, its muting, what it takes, or how many may come. */
  changed(): void {
    this.#floor = undefined;
    this.#review();
    this.#everybody.ask();
  }

  spoke(speaker: ParticipantId): void {
    this.#speakers = [speaker, ...this.#speakers.filter((other) => other !== speaker)];
    this.changed();
  }

  /** Decides anew for one receiver, and resolves when it is sent that. */
  async allot(receiver: Receiver): Promise<void> {
    if (receiver.closed) return;
    const { estimate, steadyEstimate: steady, allocation: before, ref } = receiver;
    const { lastN } = this.#review();
    const floor = (this.#floor ??= this.#look());
    const allocation = allocate({
      floor,
      receiver: ref.endpoint,
      constraints: receiver.constraints,
      lastN: [lastN],
      estimate,
      steady,
      before,
    });
    const sent = receiver.allot(allocation);
    this.#options.allotted(receiver);
    this.#tellReceiver(receiver, allocation);
    this.#senders.ask();
    await sent;
  }

  /** Decides anew for one receiver, whose estimate is another one. */
  reconsider(receiver: Receiver): void {
    this.#inBackground(receiver);
  }

  /** What of this source is wanted, as its sender knows. */
  wantedOf(source: SourceId): Wanted | undefined {
    return this.#wants.toldOf(source);
  }

  /** Nothing more is decided or told. Idempotent. */
  close(): void {
    this.#everybody.close();
    this.#senders.close();
    this.#wants.close();
  }

  #inBackground(receiver: Receiver): void {
    this.allot(receiver).catch((error: unknown) => {
      if (!receiver.closed) this.#options.failed(error);
    });
  }

  #look(): Floor {
    const receivers = [...this.#options.receivers()];
    const here = new Set(receivers.map(({ ref }) => ref.endpoint));
    this.#speakers = this.#speakers.filter((speaker) => here.has(speaker));
    const sources = receivers.flatMap((receiver) => [...receiver.sources.values()]);
    return floorOf(
      sources.flatMap(({ video }) => video ?? []),
      sources.flatMap(soundOf),
      this.#speakers,
    );
  }

  #tellReceiver(receiver: Receiver, { withheld }: Allocation): void {
    if (sameReasons(this.#told.get(receiver) ?? NOTHING, withheld)) return;
    this.#told.set(receiver, withheld);
    this.#options.emit({ type: 'forwarded', ...receiver.ref, withheld: Object.fromEntries(withheld) });
  }

  #updateWants(): void {
    const allocations = [...this.#options.receivers()].flatMap(({ allocation }) => allocation ?? []);
    this.#wants.update(layersInUse(allocations));
  }

  #tellSender(source: SourceId, wanted: Wanted): void {
    for (const { ref, sources } of this.#options.receivers())
      if (sources.has(source))
        this.#options.emit({ type: 'sender-constraints', ...ref, source, ...wantedBy(wanted) });
  }

  /** What holds now. If cameras may be of another size than before, their senders are told at once. */
  #review(): LoadLimits {
    const limits = this.#options.limits();
    if (limits.maxHeight === this.#maxHeight) return limits;
    this.#maxHeight = limits.maxHeight;
    this.#floor = undefined;
    for (const { sources } of this.#options.receivers())
      for (const source of sources.values()) this.#limit(source);
    return limits;
  }

  #limit(source: Source): void {
    if (source.kind !== 'camera') return;
    source.limit(this.#maxHeight);
    this.#wants.limit(source.id, this.#maxHeight);
  }
}

/** As it is told across the boundary: nothing is said of what has no limit. */
export function wantedBy({ layers, maxHeight }: Wanted): {
  readonly layers: number;
  readonly maxHeight?: number;
} {
  return maxHeight === Infinity ? { layers } : { layers, maxHeight };
}

const NOTHING: Allocation['withheld'] = new Map();

function soundOf({ kind, owner, producer, silenced, sent }: Source): SoundSource | [] {
  if (producer.paused || silenced) return [];
  return kind === 'microphone' || kind === 'screenAudio' ? { kind, owner, sent } : [];
}

function sameReasons(
  one: ReadonlyMap<SourceId, WithheldReason>,
  other: ReadonlyMap<SourceId, WithheldReason>,
): boolean {
  return one.size === other.size && [...one].every(([source, reason]) => other.get(source) === reason);
}
