import type { Barred, JoinRequest, Waiting } from '../core/index.ts';
import type { EnterOptions, MeetingPhase } from './types.ts';

/** What stands between a person and the meeting, and what they have said to get past it. */
export class Doorway {
  readonly #jwt: string | undefined;
  #invitation: string | undefined;
  #password: string | undefined;
  #knocks = false;
  #door: Barred | Waiting | undefined;

  constructor({ jwt, invitation }: { jwt?: string | undefined; invitation?: string | undefined }) {
    this.#jwt = jwt;
    this.#invitation = invitation;
  }

  /** Whether there is something to do about it, or to wait for. */
  get isShut(): boolean {
    return this.#door !== undefined;
  }

  /** What a join brings besides the person. */
  get brings(): Pick<JoinRequest, 'password' | 'jwt' | 'invitation' | 'knock'> {
    return {
      password: this.#password,
      jwt: this.#jwt,
      invitation: this.#invitation,
      knock: this.#knocks,
    };
  }

  /** The door is shut. A password that was wrong is not tried again. */
  shut(door: Barred | Waiting): void {
    this.#door = door;
    const code = door.name === 'barred' ? door.code : door.refusal;
    if (code === 'room/password-wrong') this.#password = undefined;
  }

  /** The person is inside. */
  open(): void {
    this.#door = undefined;
  }

  /** Another attempt from the beginning: whoever was refused does not knock again without meaning to. */
  beginAnew(): void {
    this.#door = undefined;
    this.#knocks = false;
  }

  /** The person says something more. An invitation that is none is not shown again. */
  say({ password, knock }: EnterOptions): void {
    if (this.#door?.name === 'barred' && this.#door.code === 'room/invitation-invalid')
      this.#invitation = undefined;
    this.#password = password ?? this.#password;
    this.#knocks = knock ?? this.#knocks;
  }

  /** What the page shows; `undefined`: nothing of it. `isAsking`: the server has not answered yet. */
  phase(isAsking: boolean): Extract<MeetingPhase, { name: 'barred' | 'waiting' }> | undefined {
    if (this.#door?.name !== 'waiting') return isAsking ? undefined : this.#door;
    const { name, connection: session, messages, refusal } = this.#door;
    return { name, for: this.#door.for, session, messages, refusal };
  }
}
