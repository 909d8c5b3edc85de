import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';

/** What the fragment of an address may change, as Jitsi Meet names it: `#config.startWithAudioMuted=true&userInfo.displayName="Ann"`. */
export interface Overrides {
  /** `false` joins without the prejoin page. */
  readonly prejoin: boolean;
  /** Undefined: what the browser remembers. */
  readonly displayName: string | undefined;
  readonly startWithAudioMuted: boolean;
  readonly startWithVideoMuted: boolean;
  /** Pixels of height, 180 to 2160. Undefined: the default. */
  readonly resolution: number | undefined;
  /** How many of the others' cameras are to come at most; -1: all. Undefined: as the server has it. */
  readonly lastN: number | undefined;
}

/** The only keys that are looked at, each with what it may hold. */
const ALLOWED = z.object({
  'config.prejoinConfig.enabled': z.optional(z.boolean()),
  // The older spelling, still found in many bookmarks.
  'config.prejoinPageEnabled': z.optional(z.boolean()),
  'config.startWithAudioMuted': z.optional(z.boolean()),
  'config.startWithVideoMuted': z.optional(z.boolean()),
  'config.resolution': z.optional(z.int().check(z.minimum(180), z.maximum(2160))),
  'config.channelLastN': z.optional(z.int().check(z.minimum(-1), z.maximum(LIMITS.participants))),
  // A name of digits is JSON too.
  'userInfo.displayName': z.optional(
    z.pipe(
      z.union([z.string(), z.number(), z.boolean()]),
      z.transform((name) => String(name).trim().slice(0, LIMITS.displayNameLength)),
    ),
  ),
});

/** Characters of a fragment that are looked at: more than any whitelisted override needs. */
const LONGEST = 8192;

/**
 * Reads the overrides out of a fragment (with or without its `#`). What is not in the whitelist, or does not hold what it
 * should, changes nothing and is told to `ignored` by its key. Values are JSON, percent-encoded or not, or plain text.
 */
export function parseOverrides(fragment: string, ignored: (key: string) => void = noteIgnored): Overrides {
  let values: z.infer<typeof ALLOWED> = {};
  for (const [key, text] of pairsOf(fragment.slice(0, LONGEST))) {
    const parsed = ALLOWED.safeParse({ [key]: valueOf(text) });
    if (parsed.success && Object.hasOwn(parsed.data, key)) values = { ...values, ...parsed.data };
    else ignored(key);
  }
  return {
    prejoin: values['config.prejoinConfig.enabled'] ?? values['config.prejoinPageEnabled'] ?? true,
    displayName: values['userInfo.displayName'],
    startWithAudioMuted: values['config.startWithAudioMuted'] ?? false,
    startWithVideoMuted: values['config.startWithVideoMuted'] ?? false,
    resolution: values['config.resolution'],
    lastN: values['config.channelLastN'],
  };
}

function* pairsOf(fragment: string): Generator<[key: string, text: string]> {
  for (const pair of fragment.replace(/^#/, '').split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) yield [pair.slice(0, at), pair.slice(at + 1)];
  }
}

/** Phones and word processors turn straight quotes into curly ones. */
function valueOf(text: string): unknown {
  const plain = decoded(text);
  try {
    return JSON.parse(plain.replaceAll(/[\u201c\u201d\u201e]/g, '"'));
  } catch {
    return plain;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function noteIgnored(key: string): void {
  // oxlint-disable-next-line no-console -- for the person who writes such addresses; nobody else reads the console.
  console.info(
    `Treff does not know the override ${JSON.stringify(key.slice(0, 100))}, or its value does not fit.`,
  );
}
