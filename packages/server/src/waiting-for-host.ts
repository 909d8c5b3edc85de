import type { JoinRequest, Session } from './session.ts';

/** Those who wait until somebody who may opens their room. */
export class WaitingForHost {
  readonly #byRoom = new Map<string, Map<Session, JoinRequest>>();

  /** Tells somebody that they wait. */
  add(room: string, session: Session, request: JoinRequest): void {
    const all = this.#byRoom.get(room) ?? new Map<Session, JoinRequest>();
    this.#byRoom.set(room, all.set(session, request));
    const gone = () => {
      all.delete(session);
      if (all.size === 0 && this.#byRoom.get(room) === all) this.#byRoom.delete(room);
    };
    session.wait({ say: () => 'lobby/unknown', leave: gone, lost: gone });
    session.send({ type: 'waiting', for: 'host', messages: [] });
  }

  /** Takes out those who wait for this room, in order of coming. */
  take(room: string): readonly (readonly [Session, JoinRequest])[] {
    const all = [...(this.#byRoom.get(room) ?? [])];
    this.#byRoom.delete(room);
    return all;
  }
}
