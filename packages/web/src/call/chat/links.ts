/** A piece of a message: plain words, or an address that may be opened. */
export type Piece = { readonly text: string; readonly href?: string };

const CANDIDATE = /\bhttps?:\/\/[^\s<>"`]+/giu;

/** Punctuation that belongs to the sentence rather than to the address. */
const TRAILING = /[.,;:!?'*_~…]+$/u;

/** Finds addresses of `http` and `https`, and no others. Put together, the pieces are the text again. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: candidate, index } of text.matchAll(CANDIDATE)) {
    const address = withoutSentence(candidate);
    const href = safeAddress(address);
    if (href === undefined) continue;
    if (index > done) pieces.push({ text: text.slice(done, index) });
    pieces.push({ text: address, href });
    done = index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

/** As parsed by the browser; `undefined` when it is no address, or one whose user name makes it look like another. */
function safeAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  return url.username === '' && url.password === '' ? url.href : undefined;
}

function withoutSentence(candidate: string): string {
  const address = candidate.replace(TRAILING, '');
  const last = address.at(-1);
  const opening = last === ')' ? '(' : last === ']' ? '[' : undefined;
  // A bracket that was opened inside belongs to the address, as in Wikipedia's.
  if (opening === undefined || last === undefined) return address;
  const surplus = address.split(last).length > address.split(opening).length;
  return surplus ? withoutSentence(address.slice(0, -1)) : address;
}
