import { incarnation, LIMITS, participantId, type ConferenceView } from '@treff/protocol';
import { assert, describe, expect, it } from 'vitest';
import { createConference, decide, evolve, project, projectEvent } from '../../conference.ts';
import { applyViewEvent } from '../../replica.ts';
import type { ConferenceState } from '../../state.ts';
import { cleanMessage } from './text.ts';

const [ann, ben, cem] = [
  participantId.parse('aaaaaaaa'),
  participantId.parse('bbbbbbbb'),
  participantId.parse('cccccccc'),
];

/** A conference with everybody's replica beside it, on a clock that moves far enough for any pace. */
class Talk {
  state: ConferenceState = createConference({
    epoch: incarnation.parse('0'.repeat(32)),
    room: 'talk',
    p2p: true,
  });
  readonly replicas = new Map<string, ConferenceView>();
  now = 0.25;

  join(id: typeof ann, displayName: string) {
    this.#happen({ type: 'join', participant: id, displayName, p2p: true }, undefined);
    this.replicas.set(id, project(this.state, id));
    return this;
  }

  leave(id: typeof ann) {
    this.replicas.delete(id);
    this.#happen({ type: 'leave', participant: id, reason: 'left' }, undefined);
    return this;
  }

  say(from: typeof ann, text: string, to?: typeof ann) {
    this.now += LIMITS.messagePaceMs;
    return this.sayAtOnce(from, text, to);
  }

  sayAtOnce(from: typeof ann, text: string, to?: typeof ann) {
    return this.#happen({ type: 'send-message', text, to }, from);
  }

  heard(by: typeof ann): string[] {
    const view = this.replicas.get(by);
    assert(view !== undefined);
    assert.deepEqual(view, project(this.state, by));
    return view.messages.map(({ text }) => text);
  }

  #happen(command: Parameters<typeof decide>[1], from: typeof ann | undefined): string {
    const actor =
      from === undefined ? ({ kind: 'system' } as const) : ({ kind: 'participant', id: from } as const);
    const decision = decide(this.state, command, actor, { now: this.now });
    if (!decision.ok) return decision.code;
    for (const event of decision.events) {
      const before = this.state;
      this.state = evolve(before, event);
      for (const [id, view] of this.replicas) {
        const seen = projectEvent(before, event, this.state, participantId.parse(id));
        this.replicas.set(id, seen.reduce(applyViewEvent, view));
      }
    }
    return 'ok';
  }
}

const three = () => new Talk().join(ann, 'Ann').join(ben, 'Ben').join(cem, 'Cem');

describe('the chat', () => {
  it('is heard by everybody, and by those who come later, under the name of then', () => {
    const talk = new Talk().join(ann, 'Ann');
    talk.say(ann, 'first');
    talk.join(ben, 'Ben').leave(ann);
    expect(talk.heard(ben)).toEqual(['first']);
    expect(talk.replicas.get(ben)?.messages[0]).toMatchObject({
      from: ann,
      name: 'Ann',
      at: Math.floor(talk.now),
    });
  });

  it('keeps private messages between the two, in their place among the public ones', () => {
    const talk = three();
    talk.say(ann, 'one');
    talk.say(ann, 'secret', ben);
    talk.say(cem, 'two');
    talk.say(ben, 'answer', ann);
    expect(talk.heard(ann)).toEqual(['one', 'secret', 'two', 'answer']);
    expect(talk.heard(ben)).toEqual(['one', 'secret', 'two', 'answer']);
    expect(talk.heard(cem)).toEqual(['one', 'two']);
    expect(talk.replicas.get(ben)?.messages[1]).toMatchObject({ from: ann, to: { id: ben, name: 'Ben' } });
  });

  it('shows an outsider the same, ids included, whether others talked in private or not', () => {
    const quiet = three();
    const busy = three();
    for (const talk of [quiet, busy]) {
      talk.say(ann, 'one');
      if (talk === busy) expect(talk.sayAtOnce(ben, 'psst', ann)).toBe('ok');
      talk.say(ben, 'two');
    }
    expect(busy.replicas.get(cem)).toEqual(quiet.replicas.get(cem));
  });

  it('forgets the private messages of a seat that was given up', () => {
    const talk = three();
    talk.say(ann, 'secret', ben);
    talk.leave(ben).join(ben, 'Ben');
    expect(talk.heard(ben)).toEqual([]);
    expect(talk.heard(ann)).toEqual(['secret']);
  });

  it('refuses what is empty, too long, to oneself or to nobody', () => {
    const talk = three();
    expect(talk.say(ann, ' \n\u200b ')).toBe('chat/empty');
    expect(talk.say(ann, 'x'.repeat(LIMITS.messageLength + 1))).toBe('chat/too-long');
    expect(talk.say(ann, 'x'.repeat(LIMITS.messageLength))).toBe('ok');
    expect(talk.say(ann, 'me', ann)).toBe('chat/to-oneself');
    talk.leave(ben);
    expect(talk.say(ann, 'still there?', ben)).toBe('participant/unknown');
  });

  it('refuses a flood of one, and nobody else', () => {
    const talk = three();
    for (let count = 0; count < LIMITS.messagePace; count++) expect(talk.sayAtOnce(ann, 'spam')).toBe('ok');
    expect(talk.sayAtOnce(ann, 'spam')).toBe('chat/too-fast');
    expect(talk.sayAtOnce(ben, 'stop it')).toBe('ok');
    expect(talk.say(ann, 'sorry')).toBe('ok');
  });

  it('remembers so many messages, and replicas forget the same ones', () => {
    const talk = three();
    const count = LIMITS.publicMessages + 3;
    for (let number = 0; number < count; number++) talk.say(ann, `${number}`);
    expect(talk.heard(ben)).toHaveLength(LIMITS.publicMessages);
    expect(talk.heard(ben)[0]).toBe('3');
    for (let number = 0; number < LIMITS.privateMessages + 2; number++) talk.say(ann, `p${number}`, ben);
    expect(talk.heard(ben).filter((text) => text.startsWith('p'))).toHaveLength(LIMITS.privateMessages);
    expect(talk.heard(cem)).toHaveLength(LIMITS.publicMessages);
  });

  it('remembers so many characters, and one seat forgetting leaves the other its own', () => {
    const talk = three();
    const long = 'x'.repeat(LIMITS.messageLength);
    const fit = Math.floor(LIMITS.publicMessageCharacters / LIMITS.messageLength);
    for (let number = 0; number < fit + 5; number++) talk.say(ann, long);
    expect(talk.heard(ben)).toHaveLength(fit);
    talk.say(cem, 'from Cem', ben);
    const privately = Math.floor(LIMITS.privateMessageCharacters / LIMITS.messageLength);
    for (let number = 0; number < privately; number++) talk.say(ann, long, ben);
    talk.say(ann, long, ben);
    expect(talk.heard(ben)).not.toContain('from Cem');
    expect(talk.heard(cem)).toContain('from Cem');
    expect(talk.heard(ann)).toHaveLength(fit + privately);
  });
});

describe('the text of a message', () => {
  it.each([
    ['  Hello\r\nthere\rall\u2028of\tyou  ', 'Hello\nthere\nall\nof\tyou'],
    ['a\u0000b\u001bc\ud800d', 'abcd'],
    ['evil\u202egpj.exe\u2066', 'evilgpj.exe'],
    ['👩‍👩‍👧 می‌خواهم 🏴\u{e0067}\u{e007f}', '👩‍👩‍👧 می‌خواهم 🏴\u{e0067}\u{e007f}'],
    ['<b>bold</b>', '<b>bold</b>'],
  ])('%j becomes %j', (given, clean) => {
    expect(cleanMessage(given)).toEqual({ ok: true, text: clean });
    expect(cleanMessage(clean)).toEqual({ ok: true, text: clean });
  });
});
