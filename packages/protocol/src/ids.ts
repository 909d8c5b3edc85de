import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

/** A participant's seat in a conference and, at the bridge, its endpoint: 8 lower-case hex digits, as Jitsi's endpoint ids. */
export const participantId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}$/))
  .brand<'ParticipantId'>();
export type ParticipantId = z.infer<typeof participantId>;

/** A source: its owner's id, a letter for the kind of media (`a` audio, `v` video) and a number that is never used again: `0fd81c2a-v3`. */
export const sourceId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[av][0-9]{1,4}$/))
  .brand<'SourceId'>();
export type SourceId = z.infer<typeof sourceId>;

/** What the client calls a command; unique within its seat. */
export const commandId = z
  .string()
  .check(z.regex(/^[\w-]+$/), z.maxLength(LIMITS.commandIdLength))
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof commandId>;

/** One life of a conference, from its first participant to its last: 32 hex digits. A room reopened has another one. */
export const incarnation = z
  .string()
  .check(z.regex(/^[0-9a-f]{32}$/))
  .brand<'Incarnation'>();
export type Incarnation = z.infer<typeof incarnation>;

/** Which set of transports a media message or bridge call is about; it grows by one with each new set of one endpoint. */
export const generation = z.int().check(z.minimum(1), z.maximum(1_000_000_000));
export type Generation = number;

/** A chat message in one viewer's view: `m` and a number of the conference (public), or `p` and a number of the viewer's own (private). */
export const messageId = z
  .string()
  .check(z.regex(/^[mp][0-9]{1,15}$/))
  .brand<'MessageId'>();
export type MessageId = z.infer<typeof messageId>;

export const SOURCE_KINDS = ['microphone', 'camera', 'screen', 'screenAudio'] as const;
/** What a source shows or plays. */
export const sourceKind = z.enum(SOURCE_KINDS);
export type SourceKind = z.infer<typeof sourceKind>;

export const MUTABLES = ['microphone', 'camera', 'screen'] as const;
export const mutable = z.enum(MUTABLES);
/** What moderators mute, and forbid to unmute: `screen` with its sound. */
export type Mutable = z.infer<typeof mutable>;

/** What a moderator means who means a source of this kind. */
export function mutableOf(kind: SourceKind): Mutable {
  return kind === 'screenAudio' ? 'screen' : kind;
}

/** `audio` or `video`: how a source of this kind travels. */
export function mediaKindOf(kind: SourceKind): 'audio' | 'video' {
  return kind === 'microphone' || kind === 'screenAudio' ? 'audio' : 'video';
}

/** The owner of a source, read from its id. */
export function ownerOf(source: SourceId): ParticipantId {
  return participantId.parse(source.slice(0, 8));
}

/** The id of an endpoint's `index`th source. `index`: 0 to {@link LIMITS.sourceIndex}. */
export function makeSourceId(owner: ParticipantId, kind: SourceKind, index: number): SourceId {
  return sourceId.parse(`${owner}-${mediaKindOf(kind) === 'audio' ? 'a' : 'v'}${index}`);
}
