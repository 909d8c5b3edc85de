import type { AgreedCodecs, VideoCodec } from '@treff/protocol';
import type { ConferenceState } from '../../state.ts';
import type { CodecsEvent, CodecsState } from './codecs.ts';

/** Milliseconds for which something better must have been possible before it is used: who just left may come back, and to encode anew costs everybody a moment. */
const CALM_MS = 30_000;

/** What follows for the codecs from whatever happened. What somebody can't decode goes at once; what is better comes when it has been possible for a while. */
export function nextCodecs(state: ConferenceState, now: number): readonly CodecsEvent[] {
  const { codecs, participants } = state;
  const possible = possibleFor(codecs, [...participants.values()]);
  const kept = keptOf(codecs.agreed, possible);
  const { agreed, rise } = settle(codecs, { possible, kept, seats: participants.size, now });
  if (agreed === codecs.agreed && rise === codecs.rise) return [];
  return [{ type: 'codecs-settled', agreed, rise }];
}

function settle(
  before: CodecsState,
  { possible, kept, seats, now }: { possible: AgreedCodecs; kept: AgreedCodecs; seats: number; now: number },
): Pick<CodecsState, 'agreed' | 'rise'> {
  const agreedOn = (codecs: AgreedCodecs) => (isSame(codecs, before.agreed) ? before.agreed : codecs);
  // Nobody looks at one who is alone.
  if (seats < 2 || isSame(kept, possible)) return { agreed: agreedOn(possible), rise: undefined };
  const { rise } = before;
  if (rise === undefined || !isSame(rise.codecs, possible))
    return { agreed: agreedOn(kept), rise: { codecs: possible, at: now + CALM_MS } };
  return now < rise.at ? { agreed: agreedOn(kept), rise } : { agreed: possible, rise: undefined };
}

/** What all who are here decode. Who decodes no pictures at all has no say. */
function possibleFor(
  { preferred }: CodecsState,
  seats: readonly { readonly decodes: readonly VideoCodec[] }[],
): AgreedCodecs {
  const voters = seats.map(({ decodes }) => decodes).filter((decodes) => decodes.length > 0);
  return {
    camera: mostDecodable(preferred.camera, voters),
    screen: mostDecodable(preferred.screen, voters),
  };
}

/** If there is nothing that all decode, it is what most do: the others see no pictures in any case. */
function mostDecodable(
  preferred: readonly VideoCodec[],
  voters: readonly (readonly VideoCodec[])[],
): VideoCodec[] {
  const votes = preferred.map((codec) => voters.filter((decodes) => decodes.includes(codec)).length);
  const most = Math.max(...votes);
  return preferred.filter((_codec, index) => votes[index] === most);
}

/** What was agreed on before and is still possible. */
function keptOf(agreed: AgreedCodecs, possible: AgreedCodecs): AgreedCodecs {
  return {
    camera: keep(agreed.camera, possible.camera),
    screen: keep(agreed.screen, possible.screen),
  };
}

function keep(agreed: readonly VideoCodec[], possible: VideoCodec[]): VideoCodec[] {
  const kept = possible.filter((codec) => agreed.includes(codec));
  return kept.length === 0 ? possible : kept;
}

function isSame(one: AgreedCodecs, other: AgreedCodecs): boolean {
  return isEqual(one.camera, other.camera) && isEqual(one.screen, other.screen);
}

function isEqual(one: readonly VideoCodec[], other: readonly VideoCodec[]): boolean {
  return one.length === other.length && one.every((codec, index) => codec === other[index]);
}
