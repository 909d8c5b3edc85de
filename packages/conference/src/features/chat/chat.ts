import { LIMITS, messageId, type MessageView, type ParticipantId } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import { History } from './history.ts';
import { cleanMessage } from './text.ts';

/**
 * What was said. Public messages are remembered once. A private one is remembered by each of its two seats for itself, and
 * numbered there, so neither an id nor what gives way to newer messages tells anybody about conversations of others.
 */
export interface ChatState {
  readonly public: History<Message>;
  /** By seat; dies with it. */
  readonly private: ReadonlyMap<ParticipantId, History<PrivateMessage>>;
  /** When each seat sent its last few messages, oldest first. Never projected. */
  readonly sentAt: ReadonlyMap<ParticipantId, readonly number[]>;
}

type Message = Omit<MessageView, 'id'>;

interface PrivateMessage extends Message {
  /** How many public messages had been sent before it: its place among them. Never projected. */
  readonly after: number;
}

/** Without `to`: to everybody. */
export type ChatCommand = {
  readonly type: 'send-message';
  readonly text: string;
  readonly to?: ParticipantId | undefined;
};

export type ChatEvent = { readonly type: 'message-sent'; readonly message: Message };

const NO_PUBLIC = new History<Message>({
  messages: LIMITS.publicMessages,
  characters: LIMITS.publicMessageCharacters,
});
const NO_PRIVATE = new History<PrivateMessage>({
  messages: LIMITS.privateMessages,
  characters: LIMITS.privateMessageCharacters,
});

export const chat: Feature<ChatState, ChatCommand, ChatEvent, 'messages'> = {
  initial: { public: NO_PUBLIC, private: new Map(), sentAt: new Map() },

  decide: {
    'send-message'(state, { text, to }, actor, { now }) {
      const sender = actor.kind === 'participant' ? state.participants.get(actor.id) : undefined;
      if (sender === undefined) return refuse('permission/denied');
      const recipient = to === undefined ? undefined : state.participants.get(to);
      if (to === sender.id) return refuse('chat/to-oneself');
      if (to !== undefined && recipient === undefined) return refuse('participant/unknown');
      const clean = cleanMessage(text);
      if (!clean.ok) return refuse(clean.code);
      const oldest = state.chat.sentAt.get(sender.id)?.at(-LIMITS.messagePace);
      if (oldest !== undefined && now - oldest < LIMITS.messagePaceMs) return refuse('chat/too-fast');
      const message = { from: sender.id, name: sender.displayName, text: clean.text, at: Math.floor(now) };
      return accept({
        type: 'message-sent',
        message:
          recipient === undefined
            ? message
            : { ...message, to: { id: recipient.id, name: recipient.displayName } },
      });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'message-sent': {
        const { message } = event;
        const { from, to, at } = message;
        const times = [...(slice.sentAt.get(from) ?? []), at].slice(-LIMITS.messagePace);
        const sentAt = new Map(slice.sentAt).set(from, times);
        if (to === undefined) return { ...slice, public: slice.public.with(message), sentAt };
        const remembered = new Map(slice.private);
        for (const seat of [from, to.id]) {
          const history = remembered.get(seat) ?? NO_PRIVATE;
          remembered.set(seat, history.with({ ...message, after: slice.public.end }));
        }
        return { ...slice, private: remembered, sentAt };
      }
      case 'participant-left': {
        const remembered = new Map(slice.private);
        const sentAt = new Map(slice.sentAt);
        remembered.delete(event.participant);
        sentAt.delete(event.participant);
        return { ...slice, private: remembered, sentAt };
      }
      default:
        return slice;
    }
  },

  project(state, viewer) {
    const { public: all, private: seats } = state.chat;
    const own = seats.get(viewer) ?? NO_PRIVATE;
    const messages: MessageView[] = [];
    let next = own.begin;
    const addPrivate = (before: number) => {
      for (
        let message = own.at(next);
        message !== undefined && message.after <= before;
        message = own.at(next)
      )
        messages.push(privateView(message, next++));
    };
    all.messages.forEach((message, index) => {
      addPrivate(all.begin + index);
      messages.push(publicView(message, all.begin + index));
    });
    addPrivate(all.end);
    return { messages };
  },

  projectEvent(before, event, after, viewer) {
    if (event.type !== 'message-sent') return [];
    const { message } = event;
    if (message.to === undefined) {
      const { begin, end } = after.chat.public;
      return [
        { type: 'message-sent', message: publicView(message, end - 1) },
        ...dropped('m', before.chat.public.begin, begin),
      ];
    }
    if (viewer !== message.from && viewer !== message.to.id) return [];
    const had = before.chat.private.get(viewer) ?? NO_PRIVATE;
    const has = after.chat.private.get(viewer) ?? NO_PRIVATE;
    return [
      { type: 'message-sent', message: privateView(message, has.end - 1) },
      ...dropped('p', had.begin, has.begin),
    ];
  },

  nextDeadline: never,
};

function dropped(letter: 'm' | 'p', from: number, to: number) {
  if (from === to) return [];
  const messages = Array.from({ length: to - from }, (_, index) => idOf(letter, from + index));
  return [{ type: 'messages-dropped', messages } as const];
}

function publicView(message: Message, number: number): MessageView {
  return { id: idOf('m', number), ...viewOf(message) };
}

function privateView(message: Message, number: number): MessageView {
  return { id: idOf('p', number), ...viewOf(message) };
}

function viewOf({ from, name, to, text, at }: Message): Message {
  return { from, name, ...(to === undefined ? {} : { to }), text, at };
}

function idOf(letter: 'm' | 'p', number: number) {
  return messageId.parse(`${letter}${number}`);
}
